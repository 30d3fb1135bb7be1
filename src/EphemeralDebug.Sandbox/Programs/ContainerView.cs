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

    /// <summary>The number of its mount namespace, which no other container has.</summary>
    internal long MountNamespace { get; } = NamespaceNumber.Next();

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
    internal static readonly ContainerUser Root = new(0, 0, [0]);

    /// <summary>Whether it may look into every process (SYS_PTRACE).</summary>
    internal bool CanTrace { get; init; }

    /// <summary>The name that <c>ps</c> shows.</summary>
    internal string Name => Uid == 0 ? "root" : Uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
