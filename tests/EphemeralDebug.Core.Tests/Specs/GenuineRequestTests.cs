using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>What a genuine kubectl 1.36 sent and a genuine API server 1.36 stored or refused, held against what is made here.</summary>
public sealed class GenuineRequestTests
{
    private static readonly JsonArray s_requests = Read("requests.json").AsArray();
    private static readonly JsonArray s_stored = Read("stored.json").AsArray();
    private static readonly JsonObject s_podSecurity = Read("pod-security.json").AsObject();

    private static readonly Dictionary<string, string> s_customProfiles = new(StringComparer.Ordinal)
    {
        ["custom-profile"] = """{"env":[{"name":"CUSTOM","value":"yes"}],"securityContext":{"runAsUser":1000}}""",
        ["custom-profile-forbidden-fields"] = """{"ports":[{"containerPort":1}],"resources":{"limits":{"memory":"64Mi"}},"livenessProbe":{"exec":{"command":["true"]}}}""",
    };

    public static TheoryData<string> Requests => new(s_requests.Select(request => (string)request!["name"]!));

    public static TheoryData<string> Admissions => new(s_podSecurity["exchanges"]!.AsArray().Select(exchange => (string)exchange!["name"]!));

    [Theory]
    [MemberData(nameof(Requests))]
    public void Sends_the_patch_that_kubectl_sent(string name)
    {
        JsonNode request = s_requests.Single(item => (string?)item!["name"] == name)!;
        JsonObject? custom = s_customProfiles.TryGetValue(name, out string? json) ? JsonNode.Parse(json)!.AsObject() : null;
        KubectlFlags flags = KubectlFlags.Parse(request["arguments"]!.AsArray().Select(word => (string)word!).ToArray(), custom);
        JsonObject expected = request["patch"]!.DeepClone().AsObject();
        JsonArray order = expected["spec"]!["$setElementOrder/ephemeralContainers"] as JsonArray ?? [];
        JsonObject pod = new()
        {
            ["metadata"] = new JsonObject { ["name"] = "web" },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "app" }),
                ["ephemeralContainers"] = new JsonArray(order.SkipLast(1).Select(item => item!.DeepClone()).ToArray()),
            },
        };
        if (name == "custom-profile-forbidden-fields")
        {
            // kubectl sent it, and the server named the same three fields.
            DebugException failure = Assert.Throws<DebugException>(() => Build(pod, flags));
            Assert.Equal("ContainerFieldForbidden", failure.ErrorId);
            Assert.All(new[] { "ports", "resources", "livenessProbe" }, field => Assert.Contains($"{field}: cannot be set for an Ephemeral Container", failure.Message, StringComparison.Ordinal));
            return;
        }
        EphemeralContainerPlan plan = Build(pod, flags);
        JsonObject container = expected["spec"]!["ephemeralContainers"]![0]!.AsObject();
        container.Remove("resources");
        Assert.True(JsonNode.DeepEquals(expected, plan.Patch), plan.Patch.ToJsonString());

        // The server stored the same with its defaults.
        JsonObject stored = s_stored.Single(item => (string?)item!["name"] == plan.Name)!.DeepClone().AsObject();
        JsonObject completed = plan.Container.DeepClone().AsObject();
        completed["resources"] = new JsonObject();
        completed["terminationMessagePath"] = "/dev/termination-log";
        completed["imagePullPolicy"] ??= "Always";
        Assert.True(JsonNode.DeepEquals(stored, completed), completed.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Admissions))]
    public void Judges_as_the_admission_plugin_did(string name)
    {
        JsonNode exchange = s_podSecurity["exchanges"]!.AsArray().Single(item => (string?)item!["name"] == name)!;
        string path = (string)exchange["path"]!;
        string level = path.Contains("/baseline/", StringComparison.Ordinal) ? "baseline" : "restricted";
        JsonObject pod = exchange["request"]!.DeepClone().AsObject();
        if ((string?)exchange["method"] == "PATCH")
        {
            JsonNode added = pod["spec"]!["ephemeralContainers"]!.DeepClone();
            pod = s_podSecurity["pods"]!.AsArray().Single(item => (string?)item!["metadata"]!["namespace"] == level)!.DeepClone().AsObject();
            pod["spec"]!["ephemeralContainers"] = added;
        }
        string said = PodSecurity.Describe(PodSecurity.Evaluate(level, "latest", pod));
        string? message = (string?)exchange["message"];
        string start = $"violates PodSecurity \"{level}:latest\": ";
        Assert.Equal(message is null ? "" : message[(message.IndexOf(start, StringComparison.Ordinal) + start.Length)..], said);
    }

    private static EphemeralContainerPlan Build(JsonObject pod, KubectlFlags flags)
    {
        EphemeralContainerSpec.Validate(flags.Options);
        return EphemeralContainerSpec.Build(pod, flags.Options, flags.Profile, () => throw new InvalidOperationException("Every request names its container."));
    }

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "ephemeral", file)))!;
}
