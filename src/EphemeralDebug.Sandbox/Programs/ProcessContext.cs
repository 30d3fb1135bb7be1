namespace EphemeralDebug.Sandbox.Programs;

/// <summary>What a running program has: arguments, streams, environment, and the container around it.</summary>
internal sealed record ProcessContext
{
    /// <summary>The name it was called by, and its arguments.</summary>
    internal required IReadOnlyList<string> Arguments { get; init; }

    internal required IReadOnlyDictionary<string, string> Environment { get; init; }

    internal required ProcessInput In { get; init; }

    internal required ProcessOutput Out { get; init; }

    internal required ProcessOutput Err { get; init; }

    /// <summary>The terminal; null where the process has none.</summary>
    internal Terminal? Terminal { get; init; }

    internal required ContainerView Container { get; init; }

    internal required int Pid { get; init; }

    internal string WorkingDirectory { get; init; } = "/";

    /// <summary>Cancelled by SIGTERM, for programs that end tidily.</summary>
    internal CancellationToken Terminating { get; init; }

    /// <summary>Cancelled when the process is killed; every wait of a program uses it.</summary>
    internal CancellationToken Killed { get; init; }

    internal ValueTask PrintAsync(string text) => Out.WriteAsync(text, Killed);

    internal ValueTask ComplainAsync(string text) => Err.WriteAsync($"{Arguments[0]}: {text}\n", Killed);

    /// <summary>A path as this process understands it.</summary>
    internal string FullPath(string path) => path.StartsWith('/') ? path : $"{WorkingDirectory.TrimEnd('/')}/{path}";
}
