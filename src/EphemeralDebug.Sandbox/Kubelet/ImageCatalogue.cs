using EphemeralDebug.Sandbox.Programs;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>The images of the simulated world. What is not here cannot be pulled.</summary>
internal sealed class ImageCatalogue(IEnumerable<ContainerImage> images)
{
    private readonly Dictionary<string, ContainerImage> _images = images.ToDictionary(image => image.Repository, StringComparer.Ordinal);

    internal static readonly ImageCatalogue Default = new(
    [
        new ContainerImage
        {
            Repository = "docker.io/library/busybox", Arguments = ["sh"], Programs = ProgramTable.BusyBox, OnNodes = true,
            Digest = "sha256:3a67d1adacbadd6b182375ec6a622538e309c8ba578bcc3877988976f8baa857",
        },
        new ContainerImage { Repository = "docker.io/library/alpine", Arguments = ["sh"], Programs = ProgramTable.BusyBox, Size = 3_800_000 },
        new ContainerImage { Repository = "docker.io/nicolaka/netshoot", Arguments = ["sh"], Programs = ProgramTable.BusyBox, Size = 84_192_583 },
        new ContainerImage
        {
            Repository = "docker.io/library/nginx", EntryPoint = ["nginx"], Arguments = ["-g", "daemon off;"], Programs = With("nginx"),
            Size = 5_120_608, OnNodes = true, Digest = "sha256:f5a3343a5394cefed25bb3746b1b9d2ce110957534bd2d6b6e2966ffb16f4383",
        },
        new ContainerImage { Repository = "docker.io/library/sample-app", EntryPoint = ["sample-app"], Programs = With("sample-app"), OnNodes = true },
        new ContainerImage
        {
            Repository = "docker.io/library/sample-app-distroless", EntryPoint = ["/sample-app"], User = "65532:65532", OnNodes = true,
            Programs = new HashSet<string>(StringComparer.Ordinal) { "sample-app" },
        },
        new ContainerImage
        {
            Repository = "gcr.io/distroless/static-debian12", EntryPoint = ["/pause"], User = "65532:65532", Size = 2_428_265,
            Programs = new HashSet<string>(StringComparer.Ordinal) { "pause" },
            Digest = "sha256:148fe13fa8313c38ebffbda67af78efb4f2fb63fd4af7904baca436813c07c9d",
        },
        new ContainerImage
        {
            Repository = "registry.k8s.io/pause", EntryPoint = ["/pause"], User = "65535:65535", Size = 307_475, OnNodes = true,
            Programs = new HashSet<string>(StringComparer.Ordinal) { "pause" },
        },
        new ContainerImage { Repository = "docker.io/bitnami/redis", EntryPoint = ["daemon"], User = "1001", Programs = With("daemon"), Size = 40_000_000 },
        new ContainerImage { Repository = "docker.io/library/memcached", EntryPoint = ["daemon"], User = "memcache", Programs = With("daemon"), Size = 30_000_000 },
        // What HostProcess containers are made of: nothing, for they use the programs of the node.
        new ContainerImage
        {
            Repository = "mcr.microsoft.com/oss/kubernetes/windows-host-process-containers-base-image", Programs = new HashSet<string>(), Windows = true, Size = 3_072,
        },
        new ContainerImage
        {
            Repository = "mcr.microsoft.com/windows/nanoserver", EntryPoint = ["cmd.exe"], User = "ContainerUser", Windows = true, Size = 122_000_000,
            Programs = new HashSet<string>(ProgramTable.WindowsHost.Where(name => !name.StartsWith("powershell", StringComparison.Ordinal)), StringComparer.Ordinal),
        },
        // An image that holds files and no command: a container of it must say what to run.
        new ContainerImage { Repository = "docker.io/library/scratch-data", Programs = new HashSet<string>() },
        .. ((string[])["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kube-proxy", "coredns/coredns"]).Select(name => new ContainerImage
        {
            Repository = "registry.k8s.io/" + name, EntryPoint = ["daemon"], OnNodes = true, Size = 30_000_000,
            Programs = new HashSet<string>(StringComparer.Ordinal) { "daemon" },
        }),
    ]);

    /// <summary>The image behind a name; null where no registry has it.</summary>
    internal ContainerImage? Find(ImageReference reference) => _images.GetValueOrDefault(reference.Repository);

    /// <summary>All images, for a node's list.</summary>
    internal IEnumerable<ContainerImage> All => _images.Values;

    private static HashSet<string> With(string program) => [.. ProgramTable.BusyBox, program];
}
