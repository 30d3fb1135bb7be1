using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Admission;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>What the genuine Pod Security library said of the containers of kubectl's profiles (Data/transcripts/psa-cases.json).</summary>
public sealed class PodSecurityCaseTests
{
    private const string Restricted = """{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}""";

    private static readonly Lazy<Dictionary<string, JsonNode>> s_cases = new(() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "transcripts", "psa-cases.json")))!.AsArray()
            .ToDictionary(one => (string)one!["id"]!, one => one!));

    public static TheoryData<string> Ids() => [.. s_cases.Value.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Judges_as_the_genuine_library(string id)
    {
        JsonNode one = s_cases.Value[id];
        JsonObject container = new() { ["name"] = (string?)one["container"], ["image"] = "t:1" };
        string? security = (string?)one["profile"] switch
        {
            "general" => """{"capabilities":{"add":["SYS_PTRACE"]}}""",
            "sysadmin" => """{"privileged":true}""",
            "restricted" => Restricted,
            "baseline" or "legacy" => null,
            var other => throw new InvalidOperationException($"A profile that this test does not know: {other}"),
        };
        if (security is not null) container["securityContext"] = JsonNode.Parse(security);
        JsonObject pod = (JsonObject)one["inputPod"]!.DeepClone();
        pod["spec"]!["ephemeralContainers"] = new JsonArray(container);

        string violations = PodSecurity.Violations(pod, (string)one["level"]!);

        if (one["expect"] is JsonObject) Assert.Equal("", violations);
        else Assert.Equal((string)one["expect"]!, violations);
    }
}
