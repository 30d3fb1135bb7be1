using System.Collections;
using System.Management.Automation;

namespace EphemeralDebug.Pipeline;

/// <summary>Turns what names a pod (see <see cref="PodReference"/>) into references: one from the pipeline, or several by parameter.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class PodReferenceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is IEnumerable many and not string and not IDictionary) return many.Cast<object>().Select(One).ToArray();
        return new[] { One(inputData) };
    }

    private static PodReference One(object value) => PodReference.From(value)
        ?? throw new ArgumentTransformationMetadataException(
            $"'{value}' names no pod. Give a name, pod/NAME, an object from Get-Pod, or a pod from 'kubectl get pod -o json | ConvertFrom-Json'.");
}
