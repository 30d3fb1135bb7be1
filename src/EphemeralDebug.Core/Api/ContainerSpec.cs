using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>The specification of a container, which a row joins with its status.</summary>
internal readonly record struct ContainerSpec(string Name, string? Image, string? Target, string[] Command, string[] Arguments, bool Stdin, bool StdinOnce, bool Tty, bool IsSidecar)
{
    internal static ContainerSpec Read(ref Utf8JsonReader reader, StringPool strings)
    {
        var container = new ContainerSpec("", null, null, [], [], false, false, false, false);
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("name"u8)) container = container with { Name = reader.NextString(strings) ?? "" };
            else if (reader.ValueTextEquals("image"u8)) container = container with { Image = reader.NextString(strings) };
            else if (reader.ValueTextEquals("targetContainerName"u8)) container = container with { Target = reader.NextString(strings) };
            else if (reader.ValueTextEquals("command"u8)) container = container with { Command = reader.NextStrings(strings) };
            else if (reader.ValueTextEquals("args"u8)) container = container with { Arguments = reader.NextStrings(strings) };
            else if (reader.ValueTextEquals("stdin"u8)) container = container with { Stdin = reader.NextBoolean() };
            else if (reader.ValueTextEquals("stdinOnce"u8)) container = container with { StdinOnce = reader.NextBoolean() };
            else if (reader.ValueTextEquals("restartPolicy"u8)) container = container with { IsSidecar = reader.NextString(strings) == "Always" };
            else if (reader.ValueTextEquals("tty"u8)) container = container with { Tty = reader.NextBoolean() };
            else reader.Skip();
        }
        return container;
    }

    /// <summary>The row of an ephemeral container.</summary>
    internal EphemeralContainer AsEphemeral(in ContainerFacts status, PodInfo pod) => (EphemeralContainer)With(status, pod, ContainerKind.Ephemeral);

    /// <summary>
    /// The row. Where the process could not be started, the kubelet reports a waiting container (<c>RunContainerError</c>,
    /// <c>CrashLoopBackOff</c>) whose <c>lastState</c> holds the exit code: while it waits, that is its end.
    /// </summary>
    internal ContainerInfo With(in ContainerFacts status, PodInfo pod, ContainerKind kind)
    {
        var end = status.Terminated ?? (status.IsRunning ? null : status.LastTerminated);
        var (state, reason, message) =
            status.Terminated is { } ended ? (ContainerState.Terminated, ended.Reason, ended.Message)
            : status.IsRunning ? (ContainerState.Running, null, null)
            : status.IsWaiting ? (ContainerState.Waiting, status.WaitingReason, IsNoStart(end) ? end?.Message : status.WaitingMessage ?? end?.Message)
            : (ContainerState.Unknown, (string?)null, (string?)null);
        var row = kind == ContainerKind.Ephemeral
            ? new EphemeralContainer { Pod = pod.Name, Namespace = pod.Namespace, Name = Name, Target = Target }
            : new ContainerInfo { Pod = pod.Name, Namespace = pod.Namespace, Name = Name };
        return row with
        {
            Context = pod.Context,
            KubeConfig = pod.KubeConfig,
            PodUid = pod.Uid,
            Kind = kind,
            Image = Image,
            Command = Command,
            Arguments = Arguments,
            Stdin = Stdin,
            StdinOnce = StdinOnce,
            Tty = Tty,
            State = state,
            Reason = reason,
            Message = message,
            ExitCode = end?.ExitCode,
            Signal = end is { Signal: not 0 } killed ? killed.Signal : null,
            Started = status.RunningSince ?? end?.StartedAt,
            Finished = end?.FinishedAt,
            Restarts = status.RestartCount,
            LastExitCode = status.LastTerminated?.ExitCode,
            LastReason = status.LastTerminated?.Reason,
        };
    }

    // Then what the kubelet says of its own waiting hides why.
    private static bool IsNoStart(ContainerFacts.Termination? end) => end?.Reason is "StartError" or "ContainerCannotRun" && !string.IsNullOrEmpty(end?.Message);
}
