using System.Globalization;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>The state of a container as a pod's status shows it.</summary>
internal abstract record ContainerState
{
    internal abstract JsonObject ToJson();

    internal sealed record Waiting(string Reason, string? Message = null) : ContainerState
    {
        internal override JsonObject ToJson()
        {
            JsonObject waiting = new() { ["reason"] = Reason };
            if (Message is not null) waiting["message"] = Message;
            return new JsonObject { ["waiting"] = waiting };
        }
    }

    internal sealed record Running(DateTimeOffset StartedAt) : ContainerState
    {
        internal override JsonObject ToJson() => new() { ["running"] = new JsonObject { ["startedAt"] = Timestamp(StartedAt) } };
    }

    internal sealed record Terminated(int ExitCode, string Reason, string? Message, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, string ContainerId) : ContainerState
    {
        internal override JsonObject ToJson()
        {
            JsonObject terminated = new() { ["exitCode"] = ExitCode, ["reason"] = Reason };
            if (Message is not null) terminated["message"] = Message;
            terminated["startedAt"] = Timestamp(StartedAt);
            terminated["finishedAt"] = Timestamp(FinishedAt);
            terminated["containerID"] = ContainerId;
            return new JsonObject { ["terminated"] = terminated };
        }
    }

    /// <summary>A time as Kubernetes writes it: RFC 3339, whole seconds.</summary>
    internal static string Timestamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
