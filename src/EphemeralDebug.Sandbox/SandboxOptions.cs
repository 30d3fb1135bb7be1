using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using EphemeralDebug.Sandbox.Worlds;

namespace EphemeralDebug.Sandbox;

/// <summary>What a sandbox starts with.</summary>
public sealed record SandboxOptions
{
    /// <summary>The sample world of the tutorial, with a simulated kubelet that brings its pods to life.</summary>
    public static SandboxOptions Sample => new()
    {
        AgentFactory = store => new NodeAgent(store, new KubeletOptions()),
        World = SampleWorld.Populate,
    };

    /// <summary>The port on the loopback address; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether the server's certificate is for another host, so that a client that verifies names refuses it.</summary>
    public bool CertificateForWrongHost { get; init; }

    /// <summary>Whether the server offers HTTP/2 beside HTTP/1.1.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Whether long answers are compressed for clients that take gzip.</summary>
    public bool Compression { get; init; } = true;

    /// <summary>How many pods of about 8 KB are there from the start, in namespace <c>load</c>.</summary>
    public int SyntheticPods { get; init; }

    /// <summary>How often a watch that asked for bookmarks gets one, where nothing else happens.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The namespace in which <c>developer</c> and <c>debugger</c> have their roles.</summary>
    public string RoleNamespace { get; init; } = "default";

    /// <summary>Bindings beside those of admin, developer and debugger.</summary>
    public IReadOnlyList<RoleBinding> Bindings { get; init; } = [];

    /// <summary>Users beside admin, developer and debugger.</summary>
    public IReadOnlyList<SandboxUser> Users { get; init; } = [];

    /// <summary>Makes the kubelet; null for one that starts nothing.</summary>
    internal Func<ObjectStore, INodeAgent>? AgentFactory { get; init; }

    /// <summary>Fills the store before the server answers; null for the namespaces default and kube-system only.</summary>
    internal Action<ObjectStore>? World { get; init; }
}
