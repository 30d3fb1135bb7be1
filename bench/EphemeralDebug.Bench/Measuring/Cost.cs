namespace EphemeralDebug.Bench.Measuring;

/// <summary>What something took.</summary>
/// <param name="Wall">Time on the clock.</param>
/// <param name="Processor">Processor time, user and system, of the client that did it.</param>
/// <param name="Memory">The most memory it held, in bytes: of processes their resident set, of a hosted engine what it grew by.</param>
internal readonly record struct Cost(TimeSpan Wall, TimeSpan Processor, long Memory = 0)
{
    public static Cost operator -(Cost left, Cost right) => new(left.Wall - right.Wall, left.Processor - right.Processor, Math.Max(0, left.Memory - right.Memory));
}
