using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>An ordinary kubectl works with the sandbox. Where there is none on PATH, these tests say so and are skipped.</summary>
public sealed class KubectlTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>, IDisposable
{
    private readonly Kubectl _kubectl = new(fixture.Sandbox);

    public void Dispose() => _kubectl.Dispose();

    [Fact]
    public async Task Lists_pods_of_all_namespaces()
    {
        PutWeb();
        string output = await KubectlAsync("get", "pods", "-A");
        Assert.Matches(@"NAMESPACE\s+NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE", output);
        Assert.Matches(@"cap\s+web\s+1/1\s+Running\s+0\s+", output);
    }

    [Fact]
    public async Task Lists_nodes()
    {
        TranscriptWorld.Put(fixture.Sandbox.Store, ResourceType.Nodes, Transcript.Load("node").Answer);
        Assert.Matches(@"realk8s-node\s+Ready\s+\S+\s+\S+\s+v1\.36", await KubectlAsync("get", "nodes"));
    }

    [Fact]
    public async Task Describes_a_pod_with_its_events()
    {
        PutWeb();
        JsonObject happened = (JsonObject)JsonNode.Parse("""
            {"metadata":{"name":"web.1","namespace":"cap"},"involvedObject":{"kind":"Pod","namespace":"cap","name":"web","uid":"50a98ed3-40b8-4f8e-9987-3b08f52bc61d"},
            "reason":"Started","message":"Started container app","type":"Normal","count":1,"source":{"component":"kubelet"},"firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:00Z"}
            """)!;
        TranscriptWorld.Put(fixture.Sandbox.Store, ResourceType.Events, happened);
        string output = await KubectlAsync("-n", "cap", "describe", "pod", "web");
        Assert.Contains("Ephemeral Containers:", output, StringComparison.Ordinal);
        Assert.Contains("Started container app", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gets_a_pod_as_yaml()
    {
        PutWeb();
        string output = await KubectlAsync("-n", "cap", "get", "pod", "web", "-o", "yaml");
        Assert.StartsWith("apiVersion: v1\nkind: Pod\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("name: debugger-1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Creates_a_pod_from_a_file_and_hears_of_unknown_fields()
    {
        string good = Path.Combine(_kubectl.Folder, "good.json"), bad = Path.Combine(_kubectl.Folder, "bad.json");
        await File.WriteAllTextAsync(good, """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"from-file"},"spec":{"containers":[{"name":"a","image":"busybox"}]}}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(bad, """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"bad-file"},"spec":{"containres":[],"containers":[{"name":"a","image":"busybox"}]}}""", TestContext.Current.CancellationToken);
        Assert.Equal("pod/from-file created", (await KubectlAsync("-n", "cap", "create", "-f", good)).Trim());
        await KubectlAsync(1, "-n", "cap", "create", "-f", bad);
        Assert.Contains(fixture.Sandbox.Requests, request => request.Method == "POST" && request.Query.Contains("fieldValidation=Strict", StringComparison.Ordinal) && request.Status == 400);
    }

    [Fact]
    public async Task Debugs_a_pod()
    {
        PutWeb();
        await KubectlAsync("-n", "cap", "debug", "web", "--image=busybox", "--profile=general", "-c", "from-kubectl", "--target=app", "--", "sleep", "1");
        JsonObject last = fixture.Sandbox.Store.Get(ResourceType.Pods, "cap", "web").Objects("spec", "ephemeralContainers").Last();
        Assert.Equal(("from-kubectl", "app"), (last.Text("name"), last.Text("targetContainerName")));
    }

    [Fact]
    public async Task Deletes_a_pod_and_sees_it_gone()
    {
        PutWeb();
        Assert.Contains("\"web\" deleted", await KubectlAsync("-n", "cap", "delete", "pod", "web", "--timeout=20s"), StringComparison.Ordinal);
        Assert.Null(fixture.Sandbox.Store.Get(ResourceType.Pods, "cap", "web"));
    }

    [Fact]
    public async Task Says_what_a_user_may_do()
    {
        Assert.Equal("yes", (await KubectlAsync("-n", "cap", "auth", "can-i", "patch", "pods", "--subresource=ephemeralcontainers", "--as", "debugger")).Trim());
        Assert.Equal("no", (await KubectlAsync(1, "-n", "cap", "auth", "can-i", "create", "pods", "--as", "debugger")).Trim());
    }

    private void PutWeb() => TranscriptWorld.Put(fixture.Sandbox.Store, ResourceType.Pods, Transcript.Load("pod-after-several-ephemerals").Answer);

    private Task<string> KubectlAsync(params string[] arguments) => KubectlAsync(0, arguments);

    private Task<string> KubectlAsync(int exitCode, params string[] arguments) => _kubectl.RunAsync(exitCode, null, arguments);
}
