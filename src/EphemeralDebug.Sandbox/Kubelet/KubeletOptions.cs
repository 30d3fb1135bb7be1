namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>
/// How fast the simulated kubelet is, and where a test may hold or break it. Defaults suit tests and the tour: a container runs
/// about 50 ms after it was asked for.
/// </summary>
internal sealed record KubeletOptions
{
    /// <summary>The clock that all waits and times use.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The time to make a pod's sandbox.</summary>
    internal TimeSpan SandboxTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The time to pull an image, or to find that it cannot be pulled.</summary>
    internal TimeSpan PullTime { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The time to create and start a container.</summary>
    internal TimeSpan StartTime { get; init; } = TimeSpan.FromMilliseconds(15);

    /// <summary>How much later than its event a failed start shows in the container's status: about 15 s on a genuine kubelet.</summary>
    internal TimeSpan FailureStatusDelay { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>What a genuine back-off (10 s, 20 s, ... 5 min) and a grace period are multiplied by. Messages name the genuine one.</summary>
    internal double BackOffScale { get; init; } = 0.1;

    /// <summary>The images that can be pulled, and those that the nodes already have.</summary>
    internal ImageCatalogue Images { get; init; } = ImageCatalogue.Default;

    /// <summary>Awaited before a pull; its time adds to <see cref="PullTime"/>.</summary>
    internal Func<ContainerIdentity, CancellationToken, Task>? BeforePull { get; init; }

    /// <summary>Awaited between creation and start of a container: hold it here to keep the container waiting.</summary>
    internal Func<ContainerIdentity, CancellationToken, Task>? BeforeStart { get; init; }

    /// <summary>Awaited before a new state of a container is written to the pod's status.</summary>
    internal Func<ContainerIdentity, CancellationToken, Task>? BeforeStatus { get; init; }

    /// <summary>Asked at the start of each attach and exec stream: what shall go wrong with it; null for nothing.</summary>
    internal Func<ContainerIdentity, StreamFault?>? StreamFault { get; init; }
}

/// <summary>A container by the names that people use.</summary>
internal sealed record ContainerIdentity(string Namespace, string Pod, string Container);

/// <summary>What goes wrong with a stream.</summary>
internal sealed record StreamFault
{
    /// <summary>The connection is cut, without a close frame, once so many bytes of output have been sent; null for never.</summary>
    internal long? CutAfterBytes { get; init; }

    /// <summary>Cuts it in the middle of the frame that would pass the limit, and not behind it.</summary>
    internal bool CutInsideFrame { get; init; }

    /// <summary>Messages come in frames: one with the channel alone, an empty one, then so many bytes each; null for whole messages.</summary>
    internal int? FragmentBytes { get; init; }

    /// <summary>The server knows <c>v5.channel.k8s.io</c> not yet.</summary>
    internal bool OnlyV4 { get; init; }

    /// <summary>The status never comes: the stream is closed properly without it.</summary>
    internal bool NoStatus { get; init; }

    /// <summary>Awaited before each frame that is sent: a slow or silent server.</summary>
    internal Func<CancellationToken, Task>? BeforeFrame { get; init; }

    /// <summary>Awaited before each message is taken from the client: a server that does not read, and answers no ping.</summary>
    internal Func<CancellationToken, Task>? BeforeInput { get; init; }
}
