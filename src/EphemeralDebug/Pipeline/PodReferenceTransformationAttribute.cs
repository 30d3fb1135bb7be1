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
        PodReference[] pods = [.. Each(inputData).Select(One)];
        return pods;
    }

    /// <summary>Several by parameter, or the items of a list: what <c>kubectl get pods -o json | ConvertFrom-Json</c> gives.</summary>
    internal static IEnumerable<object> Each(object value)
    {
        object plain = PodReference.Plain(value)!;
        if (plain is IEnumerable many and not string and not IDictionary) return many.Cast<object>();
        return PodReference.Member(value, "metadata") is not null && PodReference.Member(value, "items") is IEnumerable items and not string
            ? items.Cast<object>()
            : [value];
    }

    private static PodReference One(object value) => PodReference.From(value)
        ?? throw new ArgumentTransformationMetadataException(
            $"'{value}' names no pod. Give a name, pod/NAME, an object from Get-Pod, or a pod from 'kubectl get pod -o json | ConvertFrom-Json'.");
}
