using System.Collections.Concurrent;
using EphemeralDebug.Sandbox.Kubelet;

namespace EphemeralDebug.Bench.Comparing;

/// <summary>
/// A simulated kubelet with the times of a genuine one (Kubernetes 1.36 on 2 cores): a container runs 0.2 s after it was asked for; its
/// status says so at once where the pod was quiet for two seconds, and else with the kubelet's next look at it or the one after, which
/// is up to two seconds later; a failed pull is an event at once, and in the status after 15 s.
/// </summary>
internal sealed class RealisticKubelet
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1), s_quiet = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Reports> _pods = new(StringComparer.Ordinal);

    private RealisticKubelet()
    {
    }

    internal static KubeletOptions Options => new()
    {
        PullTime = TimeSpan.FromMilliseconds(110),
        StartTime = TimeSpan.FromMilliseconds(80),
        FailureStatusDelay = TimeSpan.FromSeconds(15),
        BackOffScale = 1,
        BeforeStatus = new RealisticKubelet().BeforeStatusAsync,
    };

    private Task BeforeStatusAsync(ContainerIdentity container, CancellationToken cancellationToken)
    {
        Reports pod = _pods.GetOrAdd($"{container.Namespace}/{container.Pod}", _ => new Reports());
        TimeSpan wait;
        lock (pod)
        {
            DateTime now = DateTime.UtcNow;
            wait = now - pod.Last > s_quiet ? TimeSpan.Zero : NextLook(now) + (s_look * (pod.Count++ % 2));
            pod.Last = now + wait;
        }
        return Task.Delay(wait, cancellationToken);
    }

    private static TimeSpan NextLook(DateTime now) => TimeSpan.FromTicks(s_look.Ticks - (now.Ticks % s_look.Ticks));

    private sealed class Reports
    {
        internal DateTime Last { get; set; }

        internal int Count { get; set; }
    }
}
