namespace EphemeralDebug.Core.Debugging;

/// <summary>Takes what a use case has to say while it runs. Called from any thread.</summary>
/// <param name="Warning">What a person should know.</param>
/// <param name="Verbose">What was decided, and why.</param>
/// <param name="Progress">What is being waited for: the pod, and the phase that it is in.</param>
public sealed record DebugListener(Func<string, ValueTask> Warning, Func<string, ValueTask> Verbose, Action<string, string> Progress);
