namespace EphemeralDebug.Core.Debugging;

/// <summary>Which ephemeral container shall end, and how long it may take.</summary>
public sealed record StopRequest
{
    /// <summary>The pod's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The pod's name.</summary>
    public required string Pod { get; init; }

    /// <summary>The pod's uid, where it is known: a later pod of the same name is left alone.</summary>
    public string? PodUid { get; init; }

    /// <summary>The container; null for the one that was added last.</summary>
    public string? Container { get; init; }

    /// <summary>How long after HUP comes KILL; zero for KILL at once.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long everything may take together.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>How long an end may take to show in the status: up to 2 s, and more where the kubelet is busy.</summary>
    internal TimeSpan ReportTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the script may run: it takes milliseconds, unless the image's <c>sh</c> is something else.</summary>
    internal TimeSpan ScriptTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after <c>exit</c> comes Ctrl+D: a shell has exited and been reported by then, what goes on is another program.</summary>
    internal TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(4);
}
