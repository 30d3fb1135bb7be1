using System.Collections.Concurrent;

namespace EphemeralDebug.Core.Tests.Cluster;

/// <summary>A clock whose waits end at once and are remembered; the time is the test's.</summary>
internal sealed class NoDelay : TimeProvider
{
    internal ConcurrentQueue<TimeSpan> Waits { get; } = new();

    internal DateTimeOffset Now { get; set; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan) Waits.Enqueue(dueTime);
        return System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
    }
}
