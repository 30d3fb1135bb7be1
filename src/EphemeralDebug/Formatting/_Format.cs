using System.ComponentModel;
using System.Globalization;
using EphemeralDebug.Core;

namespace EphemeralDebug.Formatting;

/// <summary>What the module's views call. Public because views are scripts; not meant for anything else.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
#pragma warning disable CA1707 // The underscore keeps it out of the way of completion.
public static class _Format
#pragma warning restore CA1707
{
    /// <summary>
    /// A duration as kubectl prints ages (apimachinery's <c>HumanDuration</c>): <c>45s</c>, <c>3m20s</c>, <c>5h12m</c>, <c>2d3h</c>,
    /// <c>18d</c>, <c>2y34d</c>; <c>&lt;unknown&gt;</c> where there is none.
    /// </summary>
    public static string Age(TimeSpan? duration)
    {
        if (duration is not { } age) return "<unknown>";
        long seconds = (long)age.TotalSeconds;
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        return seconds switch
        {
            < 60 * 2 => Text(seconds, 's'),
            < 60 * 10 => Text(minutes, 'm', seconds % 60, 's'),
            < 60 * 60 * 3 => Text(minutes, 'm'),
            < 60 * 60 * 8 => Text(hours, 'h', minutes % 60, 'm'),
            < 60 * 60 * 48 => Text(hours, 'h'),
            < 60 * 60 * 24 * 8 => Text(days, 'd', hours % 24, 'h'),
            < 60 * 60 * 24 * 365 * 2 => Text(days, 'd'),
            < 60L * 60 * 24 * 365 * 8 => Text(days / 365, 'y', days % 365, 'd'),
            _ => Text(days / 365, 'y'),
        };
    }

    /// <summary>How long a container has been running, or ran; nothing before it starts.</summary>
    public static string ContainerAge(ContainerInfo container) => container.Age is { } age ? Age(age) : "";

    /// <summary>Restarts as kubectl prints them: <c>0</c>, <c>5 (3m ago)</c>.</summary>
    public static string Restarts(PodInfo pod) => pod is { Restarts: > 0, LastRestart: { } last }
        ? $"{pod.Restarts} ({Age(DateTimeOffset.UtcNow - last)} ago)"
        : pod.Restarts.ToString(CultureInfo.InvariantCulture);

    /// <summary>A container's state as kubectl words a pod's: <c>Running</c>, <c>ErrImagePull</c>, <c>Completed (0)</c>, <c>Error (3)</c>,
    /// <c>Error (129), Hup</c> where it was just stopped.</summary>
    public static string Status(ContainerInfo container) => container.State switch
    {
        ContainerState.Running => "Running",
        ContainerState.Terminated => $"{container.Reason ?? "Terminated"} ({container.ExitCode}){(container is EphemeralContainer { StoppedBy: { } way } ? $", {way}" : "")}",
        ContainerState.Waiting => container.Reason ?? "Waiting",
        _ => container.Reason ?? "Accepted",
    };

    /// <summary>How long until a moment: <c>3h</c>; <c>&lt;none&gt;</c> where there is none, <c>passed</c> where it is over.</summary>
    public static string Until(DateTimeOffset? moment) => moment is not { } end ? "<none>" : end <= DateTimeOffset.UtcNow ? "passed" : Age(end - DateTimeOffset.UtcNow);

    /// <summary>What a command ran on: <c>shop/web-0</c>, <c>node/worker-a7</c>.</summary>
    public static string Target(DebugCommandResult result) => result.ToString();

    /// <summary>How a command ended: its exit code, <c>time</c> where it was ended, <c>-</c> where that is not known.</summary>
    public static string Exit(DebugCommandResult result) => result.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? (result.TimedOut ? "time" : "-");

    /// <summary>A short time in seconds: <c>0.12s</c>, <c>75s</c>.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(time.TotalSeconds < 10 ? "0.00" : "0", CultureInfo.InvariantCulture) + "s";

    /// <summary>What a command wrote, without control characters, and what went wrong.</summary>
    public static string Output(DebugCommandResult result)
    {
        string[] parts = [result.StdOut, result.StdErr, result.Truncated ? "(more was written)" : "", result.Error ?? ""];
        return string.Join('\n', parts.Select(part => PlainText.Clean(part, keepLayout: true).TrimEnd()).Where(part => part.Length > 0));
    }

    /// <summary>A list, or <c>&lt;none&gt;</c>.</summary>
    public static string List(string[]? items) => items is { Length: > 0 } ? string.Join(',', items) : "<none>";

    /// <summary>A text, or <c>&lt;none&gt;</c>.</summary>
    public static string Text(string? text) => string.IsNullOrEmpty(text) ? "<none>" : text;

    private static string Text(long value, char unit) => value.ToString(CultureInfo.InvariantCulture) + unit;

    private static string Text(long value, char unit, long rest, char smaller) => Text(value, unit) + (rest == 0 ? "" : Text(rest, smaller));
}
