using System.Management.Automation;

namespace EphemeralDebug.Pipeline;

/// <summary>Turns what names a pod or a node into references: an object of this module or of kubectl's JSON, <c>web-0</c>, <c>node/worker-1</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class PodOrNodeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        PodReference[] targets = [.. PodReferenceTransformationAttribute.Each(inputData).Select(One)];
        return targets;
    }

    private static PodReference One(object value) => PodReference.FromPodOrNode(value)
        ?? throw new ArgumentTransformationMetadataException(
            $"'{value}' names neither a pod nor a node. Give a pod's name, node/NAME, an object from Get-Pod or Get-Node, or what 'kubectl get -o json | ConvertFrom-Json' gives.");
}
