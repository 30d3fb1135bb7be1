namespace EphemeralDebug.Core.Debugging;

/// <summary>One command to run to its end, without a terminal and without input.</summary>
public sealed record CommandRequest
{
    /// <summary>The command and its arguments; empty runs what the container's image or specification says, for a container that is made for it.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>How long one target may take altogether, its start included; <see cref="Timeout.InfiniteTimeSpan"/> sets no limit.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>How much of both streams together is kept, in bytes; what comes beyond is read and dropped.</summary>
    public long MaxOutput { get; init; } = 1024 * 1024;

    /// <summary>The file that takes all of standard output; null for none. What is in it is lost.</summary>
    public string? OutFile { get; init; }

    /// <summary>Whether a container that this module has left running in the pod, of the same image, target and profile, serves before another is made.</summary>
    public bool Reuse { get; init; }

    /// <summary>Hears of each container that was made for it, since one stays in its pod for ever.</summary>
    public Action<ContainerInfo>? Made { get; init; }
}
