using System.Security.Cryptography;
using System.Text;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>A simulated image.</summary>
internal sealed record ContainerImage
{
    /// <summary>With registry: <c>docker.io/library/busybox</c>. Every tag of it can be pulled.</summary>
    internal required string Repository { get; init; }

    /// <summary>What runs where the container names no command; empty for an image that has none.</summary>
    internal IReadOnlyList<string> EntryPoint { get; init; } = [];

    /// <summary>The image's arguments, used where the container names neither command nor arguments.</summary>
    internal IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The image's user: a number, <c>number:group</c>, a name, or empty for root.</summary>
    internal string User { get; init; } = "";

    /// <summary>The names of the programs in it.</summary>
    internal required IReadOnlySet<string> Programs { get; init; }

    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    internal long Size { get; init; } = 1_037_130;

    /// <summary>Whether it is for Windows, and not for Linux.</summary>
    internal bool Windows { get; init; }

    /// <summary>Whether the nodes have it from the start.</summary>
    internal bool OnNodes { get; init; }

    /// <summary>The digest, made up from the repository unless given.</summary>
    internal string Digest { get => field ?? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Repository))); init; }
}
