namespace EphemeralDebug.Core.Diagnosis;

/// <summary>An event of type Warning about a pod or one of its containers.</summary>
/// <param name="Reason">The event's reason: <c>Failed</c>, <c>InspectFailed</c>, <c>FailedScheduling</c>, ...</param>
/// <param name="Message">The event's message.</param>
/// <param name="FieldPath">
/// <c>involvedObject.fieldPath</c>: <c>spec.ephemeralContainers{NAME}</c> for an ephemeral container, null for the pod.
/// </param>
internal sealed record PodWarning(string? Reason, string? Message, string? FieldPath)
{
    /// <summary>The field path of the events about a container.</summary>
    internal static string PathOf(ContainerInfo container) => container.Kind switch
    {
        ContainerKind.Ephemeral => $"spec.ephemeralContainers{{{container.Name}}}",
        ContainerKind.Init => $"spec.initContainers{{{container.Name}}}",
        _ => $"spec.containers{{{container.Name}}}",
    };
}
