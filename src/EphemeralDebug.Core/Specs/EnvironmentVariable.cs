namespace EphemeralDebug.Core.Specs;

/// <summary>One variable of a container's environment, its value as given: no expansion, no trimming.</summary>
/// <param name="Name">The name: printable ASCII without <c>=</c>, as core/v1 allows.</param>
/// <param name="Value">The value; empty where there is none.</param>
public sealed record EnvironmentVariable(string Name, string Value);
