using System.Diagnostics;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

namespace EphemeralDebug.Bench;

/// <summary>A sandbox in a child process, so that what is measured here is the client alone. It serves until this is disposed.</summary>
internal sealed class SandboxProcess : IDisposable
{
    private readonly Process _process;

    private SandboxProcess(Process process, string kubeConfig) => (_process, KubeConfig) = (process, kubeConfig);

    /// <summary>The file that leads to it.</summary>
    internal string KubeConfig { get; }

    /// <summary>Starts this program anew in a mode that calls <see cref="ServeAsync"/>; all pods run when this returns.</summary>
    internal static async Task<SandboxProcess> StartAsync(params string[] mode)
    {
        Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, mode) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return new SandboxProcess(process, (await process.StandardOutput.ReadLineAsync())!);
    }

    /// <summary>In the child: serves pods <c>web-0</c>, <c>web-1</c>, ... until its input ends.</summary>
    /// <param name="pods">How many.</param>
    /// <param name="kubelet">How their node works.</param>
    /// <param name="talk">What the child says and hears before.</param>
    /// <param name="listed">In place of them, how many pods are there that can be listed only.</param>
    internal static async Task ServeAsync(int pods, KubeletOptions kubelet, Func<ApiSandbox, Task>? talk = null, int listed = 0)
    {
        await using ApiSandbox sandbox = await ApiSandbox.StartAsync(new SandboxOptions
        {
            // Nobody runs those that are only listed.
            AgentFactory = listed > 0 ? null : store => new NodeAgent(store, kubelet),
            SyntheticPods = listed,
            World = store => Fill(store, pods),
        });
        string folder = Directory.CreateTempSubdirectory("ephemeraldebug-bench-").FullName;
        for (int i = 0; i < pods; i++)
            while (sandbox.Store.Get(ResourceType.Pods, "default", $"web-{i}")?["status"]?["containerStatuses"]?[0]?["state"]?["running"] is null) await Task.Delay(5);
        Console.WriteLine(sandbox.WriteKubeConfig(Path.Combine(folder, "config"), useToken: true));
        if (talk is not null) await talk(sandbox);
        await Console.In.ReadLineAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The next line that the child says.</summary>
    internal Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync();

    /// <summary>Says a line to the child.</summary>
    internal Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void Fill(ObjectStore store, int pods)
    {
        store.Create(ResourceType.Nodes, JsonNode.Parse("""{"apiVersion":"v1","kind":"Node","metadata":{"name":"node-1","uid":"1"},"spec":{},"status":{"conditions":[{"type":"Ready","status":"True"}]}}""")!.AsObject());
        for (int i = 0; i < pods; i++)
        {
            JsonObject pod = JsonNode.Parse("""{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default"},"spec":{"nodeName":"node-1","containers":[{"name":"app","image":"busybox","command":["sleep","infinity"]}]},"status":{"phase":"Pending"}}""")!.AsObject();
            pod["metadata"]!["name"] = $"web-{i}";
            pod["metadata"]!["uid"] = $"uid-{i}";
            pod["metadata"]!["creationTimestamp"] = KubernetesJson.Time(DateTimeOffset.UtcNow);
            PodDefaults.Apply(pod);
            store.Create(ResourceType.Pods, pod);
        }
    }
}
