using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Http;
using EphemeralDebug.Sandbox.Patching;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>The three kinds of patches.</summary>
public sealed class PatchingTests
{
    [Theory]
    [InlineData("new items come first", """{"ephemeralContainers":[{"name":"a"}]}""", """{"ephemeralContainers":[{"name":"b"}]}""", """{"ephemeralContainers":[{"name":"b"},{"name":"a"}]}""")]
    [InlineData("an order is kept", """{"ephemeralContainers":[{"name":"a"},{"name":"c"}]}""",
        """{"$setElementOrder/ephemeralContainers":[{"name":"a"},{"name":"c"},{"name":"b"}],"ephemeralContainers":[{"name":"b"}]}""", """{"ephemeralContainers":[{"name":"a"},{"name":"c"},{"name":"b"}]}""")]
    [InlineData("items merge by name", """{"containers":[{"name":"a","image":"1","env":[{"name":"X","value":"1"}]},{"name":"b"}]}""",
        """{"containers":[{"name":"a","image":"2","env":[{"name":"Y","value":"2"}]}]}""", """{"containers":[{"name":"a","image":"2","env":[{"name":"Y","value":"2"},{"name":"X","value":"1"}]},{"name":"b"}]}""")]
    [InlineData("an item is deleted", """{"containers":[{"name":"a"},{"name":"b"}]}""", """{"containers":[{"$patch":"delete","name":"a"}]}""", """{"containers":[{"name":"b"}]}""")]
    [InlineData("a list is replaced", """{"containers":[{"name":"a"},{"name":"b"}]}""", """{"containers":[{"$patch":"replace"},{"name":"c"}]}""", """{"containers":[{"name":"c"}]}""")]
    [InlineData("an object is replaced", """{"securityContext":{"runAsUser":1,"fsGroup":2}}""", """{"securityContext":{"$patch":"replace","runAsUser":3}}""", """{"securityContext":{"runAsUser":3}}""")]
    [InlineData("keys are retained", """{"volumes":[{"name":"v","emptyDir":{}}]}""", """{"volumes":[{"$retainKeys":["name","hostPath"],"name":"v","hostPath":{"path":"/x"}}]}""", """{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}""")]
    [InlineData("null removes", """{"nodeName":"n","hostPID":true}""", """{"hostPID":null}""", """{"nodeName":"n"}""")]
    [InlineData("lists without a key are replaced", """{"tolerations":[{"key":"a"}]}""", """{"tolerations":[{"key":"b"}]}""", """{"tolerations":[{"key":"b"}]}""")]
    public void Strategic_merge(string rule, string original, string patch, string expected) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), Strategic(original, patch)), $"{rule}: {Strategic(original, patch).ToJsonString()}");

    [Fact]
    public void Strategic_merge_of_scalar_sets()
    {
        JsonObject metadata = StrategicMergePatch.Apply((JsonObject)JsonNode.Parse("""{"finalizers":["a","b"]}""")!,
            (JsonObject)JsonNode.Parse("""{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["c"]}""")!, PodSchema.Metadata);
        Assert.Equal("""{"finalizers":["b","c"]}""", metadata.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/a/-","value":3}]""", """{"a":[1,2,3],"b/c":{"~":1}}""")]
    [InlineData("""[{"op":"add","path":"/a/0","value":0}]""", """{"a":[0,1,2],"b/c":{"~":1}}""")]
    [InlineData("""[{"op":"replace","path":"/b~1c/~0","value":2}]""", """{"a":[1,2],"b/c":{"~":2}}""")]
    [InlineData("""[{"op":"remove","path":"/a/1"}]""", """{"a":[1],"b/c":{"~":1}}""")]
    [InlineData("""[{"op":"move","from":"/a/0","path":"/x"},{"op":"copy","from":"/x","path":"/y"}]""", """{"a":[2],"b/c":{"~":1},"x":1,"y":1}""")]
    [InlineData("""[{"op":"test","path":"/a/0","value":1},{"op":"add","path":"","value":{}}]""", "{}")]
    public void Json_patch(string patch, string expected) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonPatch.Apply(JsonNode.Parse("""{"a":[1,2],"b/c":{"~":1}}""")!, JsonNode.Parse(patch)!)));

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/nosuch"}]""")]
    [InlineData("""[{"op":"add","path":"/list/5","value":1}]""")]
    [InlineData("""[{"op":"replace","path":"/nosuch","value":1}]""")]
    [InlineData("""[{"op":"explode","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    public void Json_patch_that_does_not_fit_is_422(string patch) =>
        Assert.Equal(422, Assert.Throws<StatusException>(() => JsonPatch.Apply(JsonNode.Parse("""{"a":2,"list":[]}""")!, JsonNode.Parse(patch)!)).Code);

    [Fact]
    public void Merge_patch() => Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"a":{"b":{"d":1}},"l":[1]}"""),
        MergePatch.Apply(JsonNode.Parse("""{"a":{"b":{"c":1}},"l":[0,0],"z":1}"""), JsonNode.Parse("""{"a":{"b":{"c":null,"d":1}},"l":[1],"z":null}"""))));

    private static JsonObject Strategic(string original, string patch) =>
        StrategicMergePatch.Apply((JsonObject)JsonNode.Parse(original)!, (JsonObject)JsonNode.Parse(patch)!, PodSchema.Spec);
}
