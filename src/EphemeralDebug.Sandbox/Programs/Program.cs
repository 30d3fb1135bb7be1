namespace EphemeralDebug.Sandbox.Programs;

/// <summary>A built-in program.</summary>
/// <param name="Run">Runs it; gives the exit code. It throws when <see cref="ProcessContext.Killed"/> is cancelled.</param>
/// <param name="HandlesSignals">Whether it ends by itself, with a code of its own, on SIGTERM and SIGINT. One that does not is
/// killed by them, except as process 1, which the kernel spares.</param>
internal sealed record Program(Func<ProcessContext, Task<int>> Run, bool HandlesSignals = false);
