namespace EphemeralDebug.Sandbox.Programs;

/// <summary>What the programs of a container can see of it, and of the node where they were let into its namespaces.</summary>
internal sealed record ContainerView
{
    internal required string Hostname { get; init; }

    /// <summary>The programs that the image has, by name; others are not found.</summary>
    internal required IReadOnlySet<string> Programs { get; init; }

    internal required ContainerUser User { get; init; }

    internal required ProcessTable Processes { get; init; }

    internal required IPodNetwork Network { get; init; }

    internal required TimeProvider Time { get; init; }

    internal ContainerFiles Files { get; init; } = new();

    /// <summary>The number of its mount namespace, which no other container has.</summary>
    internal long MountNamespace { get; init; } = NamespaceNumber.Next();

    /// <summary>Finds a program by name or path; null where the image has none.</summary>
    internal Program? Find(string command)
    {
        string name = command[(command.LastIndexOfAny(['/', '\\']) + 1)..];
        if (command.StartsWith('/') && Files.ProgramAt(command) is { } there) return ProgramTable.Find(there);
        return Programs.Contains(name) && !IsInVolume(command) ? ProgramTable.Find(name) : null;
    }

    /// <summary>Programs come with images; in a volume there are only those that were copied to it.</summary>
    private bool IsInVolume(string command) => command.StartsWith('/') && Files.IsMounted(command);
}

/// <summary>Who a process runs as.</summary>
internal sealed record ContainerUser(long Uid, long Gid, IReadOnlyList<long> Groups)
{
    internal static readonly ContainerUser Root = new(0, 0, [0]);

    /// <summary>Whether it may look into every process (SYS_PTRACE).</summary>
    internal bool CanTrace { get; init; }

    /// <summary>Whether it may enter the namespaces of others (SYS_ADMIN).</summary>
    internal bool CanAdminister { get; init; }

    /// <summary>Whether it may take another folder for its root (SYS_CHROOT).</summary>
    internal bool CanChangeRoot { get; init; } = true;

    /// <summary>Its name on Windows; null on Linux.</summary>
    internal string? WindowsName { get; init; }

    /// <summary>The name that <c>ps</c> shows.</summary>
    internal string Name => Uid == 0 ? "root" : Uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
