namespace EphemeralDebug.Core.Artifacts;

/// <summary>A pod of a list, with what debugging left of and in it.</summary>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Name">The pod's name.</param>
/// <param name="Found">The artifacts: the pod itself first, where it is one; empty for most pods.</param>
internal sealed record PodArtifacts(string Namespace, string Name, IReadOnlyList<DebugArtifact> Found);
