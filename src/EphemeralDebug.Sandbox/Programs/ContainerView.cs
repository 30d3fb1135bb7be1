namespace EphemeralDebug.Sandbox.Programs;

/// <summary>What the programs of a container can see of it.</summary>
internal sealed class ContainerView
{
    internal required string Hostname { get; init; }

    /// <summary>The programs that the image has, by name; others are not found.</summary>
    internal required IReadOnlySet<string> Programs { get; init; }

    internal required ContainerUser User { get; init; }

    internal required ProcessTable Processes { get; init; }

    internal required IPodNetwork Network { get; init; }

    internal required TimeProvider Time { get; init; }

    internal ContainerFiles Files { get; } = new();

    /// <summary>Finds a program by name or path; null where the image has none.</summary>
    internal Program? Find(string command)
    {
        string name = command[(command.LastIndexOf('/') + 1)..];
        return Programs.Contains(name) ? ProgramTable.Find(name) : null;
    }
}

/// <summary>Who a process runs as.</summary>
internal sealed record ContainerUser(long Uid, long Gid, IReadOnlyList<long> Groups)
{
    /// <summary>The name that <c>ps</c> shows.</summary>
    internal string Name => Uid == 0 ? "root" : Uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
