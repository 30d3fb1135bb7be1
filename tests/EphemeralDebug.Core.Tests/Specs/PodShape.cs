using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>
/// Makes pods of kubectl and of this module comparable, by taking away what is known to differ in every one of them: the marks that this
/// module puts on all that it makes in the place of kubectl's, host ports, which only one pod of a node can have, and what JSON of Go cannot leave out.
/// </summary>
internal static partial class PodShape
{
    /// <summary>A pod of kubectl, as this module would make it but for its marks.</summary>
    internal static JsonObject OfKubectl(JsonObject pod, bool isCopy = true)
    {
        JsonObject shape = Plain(pod);
        shape["metadata"].Object("labels")?.Remove(DebugMarks.ManagedByLabel);
        foreach (JsonObject port in isCopy ? Containers(shape).SelectMany(container => container.Objects("ports")) : [])
            port.Remove("hostPort");
        return WithoutEmpty(shape);
    }

    /// <summary>A pod of this module without its marks, which must be there.</summary>
    internal static JsonObject WithoutMarks(JsonObject pod, string source, string? container)
    {
        Assert.Equal(("v1", "Pod"), ((string?)pod["apiVersion"], (string?)pod["kind"]));
        JsonObject shape = Plain(pod);
        JsonObject labels = shape["metadata"].Object("labels")!, annotations = shape["metadata"].Object("annotations")!;
        Assert.Equal("EphemeralDebug", (string?)labels["app.kubernetes.io/managed-by"]);
        Assert.Equal(source, (string?)annotations["ephemeraldebug/source"]);
        Assert.Equal(container, (string?)annotations[DebugMarks.ContainerAnnotation]);
        labels.Remove(DebugMarks.ManagedByLabel);
        foreach (string mark in new[] { DebugMarks.SourceAnnotation, DebugMarks.SourceUidAnnotation, DebugMarks.ContainerAnnotation })
            annotations.Remove(mark);
        return WithoutEmpty(shape);
    }

    internal static void Same(JsonObject expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected.ToJsonString()}\nactual   {actual.ToJsonString()}");

    private static JsonObject Plain(JsonObject pod)
    {
        // The name of this volume is drawn for each pod.
        JsonObject shape = JsonNode.Parse(TokenVolume().Replace(pod.ToJsonString(), "kube-api-access-xxxxx"))!.AsObject();
        foreach (string name in new[] { "apiVersion", "kind", "status" })
            shape.Remove(name);
        return shape;
    }

    private static JsonObject WithoutEmpty(JsonObject shape)
    {
        foreach (JsonObject container in Containers(shape))
            if (container["resources"] is JsonObject { Count: 0 })
                container.Remove("resources");
        JsonObject metadata = shape["metadata"]!.AsObject();
        foreach (string name in new[] { "labels", "annotations" })
            if (metadata[name] is JsonObject { Count: 0 })
                metadata.Remove(name);
        return shape;
    }

    private static IEnumerable<JsonObject> Containers(JsonObject pod) => pod["spec"].Objects("containers").Concat(pod["spec"].Objects("initContainers"));

    [GeneratedRegex("kube-api-access-[a-z0-9]{5}")]
    private static partial Regex TokenVolume();
}
