using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

public sealed class DebugNamespaceTests
{
    [Fact]
    public void It_admits_privileged_pods_and_says_what_it_is_and_until_when()
    {
        JsonObject ns = DebugNamespace.Build("worker-1", "n-1", new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2)), () => "xyz");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {
              "apiVersion": "v1", "kind": "Namespace",
              "metadata": {
                "name": "node-debug-xyz",
                "labels": {
                  "pod-security.kubernetes.io/enforce": "privileged", "pod-security.kubernetes.io/audit": "privileged", "pod-security.kubernetes.io/warn": "privileged",
                  "app.kubernetes.io/managed-by": "EphemeralDebug"
                },
                "annotations": { "ephemeraldebug/source": "node/worker-1", "ephemeraldebug/source-uid": "n-1", "ephemeraldebug/expires": "2026-03-01T10:00:00Z" }
              }
            }
            """), ns), ns.ToJsonString());
    }

    [Fact]
    public void What_has_no_end_says_none() =>
        Assert.Equal("""{"ephemeraldebug/source":"node/worker-1"}""", DebugNamespace.Build("worker-1", null, null, () => "xyz")["metadata"]!["annotations"]!.ToJsonString());
}
