namespace EphemeralDebug.Core.Streams;

/// <summary>When a peer that says nothing is taken for dead.</summary>
internal sealed record KeepAlive
{
    /// <summary>The time between two pings.</summary>
    internal TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>So many pings in a row may stay without an answer; the next one is not sent any more.</summary>
    internal int Unanswered { get; init; } = 4;

    /// <summary>
    /// A peer whose process does not read is stuck in handing on our input and answers no ping. After more input than this since it was
    /// last heard, its silence proves nothing, and the system's own TCP limits have to judge.
    /// </summary>
    internal int InputThatExcuses { get; init; } = 4096;

    /// <summary>The clock behind the interval.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;
}
