using System.Management.Automation;

namespace EphemeralDebug.Pipeline;

/// <summary>Turns what names a node (see <see cref="NodeReference"/>) into references: one from the pipeline, or several by parameter.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class NodeReferenceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        NodeReference[] nodes = [.. PodReferenceTransformationAttribute.Each(inputData).Select(One)];
        return nodes;
    }

    private static NodeReference One(object value) => NodeReference.From(value)
        ?? throw new ArgumentTransformationMetadataException(
            $"'{value}' names no node. Give a name, node/NAME, an object from Get-Node, a pod that has a node, or a node from 'kubectl get node -o json | ConvertFrom-Json'.");
}
