namespace EphemeralDebug.Core.Artifacts;

/// <summary>How one sort of pod of one tool is told from all other pods.</summary>
/// <param name="Tool">The tool, by the name that its users know.</param>
/// <param name="Kind">What the pod is for.</param>
/// <param name="Fits">Whether a pod, which no controller owns, is one of these.</param>
/// <param name="Source">What the pod was made from or for; null where it does not tell.</param>
internal sealed record PodMark(string Tool, DebugArtifactKind Kind, Func<MarkedPod, bool> Fits, Func<MarkedPod, string?>? Source = null);
