using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>What the kubelet says of one container (core/v1 <c>ContainerStatus</c>), as far as rows tell it.</summary>
internal struct ContainerFacts
{
    internal string? Name;
    internal bool Ready;
    internal bool Started;
    internal int RestartCount;
    internal bool IsWaiting;
    internal string? WaitingReason;
    internal string? WaitingMessage;
    internal DateTimeOffset? RunningSince;
    internal bool IsRunning;
    internal Termination? Terminated;
    internal Termination? LastTerminated;

    /// <summary>How a container ended.</summary>
    internal readonly record struct Termination(int ExitCode, int Signal, string? Reason, string? Message, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

    /// <summary>Reads one status. Messages are left out unless asked for: they are long, and no two are alike.</summary>
    internal static ContainerFacts Read(ref Utf8JsonReader reader, StringPool strings, bool withMessages)
    {
        var facts = default(ContainerFacts);
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("name"u8)) facts.Name = reader.NextString(strings);
            else if (reader.ValueTextEquals("ready"u8)) facts.Ready = reader.NextBoolean();
            else if (reader.ValueTextEquals("started"u8)) facts.Started = reader.NextBoolean();
            else if (reader.ValueTextEquals("restartCount"u8)) facts.RestartCount = reader.NextInt32();
            else if (reader.ValueTextEquals("state"u8)) facts.ReadState(ref reader, strings, withMessages);
            else if (reader.ValueTextEquals("lastState"u8)) facts.LastTerminated = ReadLastState(ref reader, strings, withMessages);
            else reader.Skip();
        }
        return facts;
    }

    private void ReadState(ref Utf8JsonReader reader, StringPool strings, bool withMessages)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("running"u8)) ReadRunning(ref reader);
            else if (reader.ValueTextEquals("waiting"u8)) ReadWaiting(ref reader, strings, withMessages);
            else if (reader.ValueTextEquals("terminated"u8)) Terminated = ReadTermination(ref reader, strings, withMessages);
            else reader.Skip();
        }
    }

    private void ReadRunning(ref Utf8JsonReader reader)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        IsRunning = true;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("startedAt"u8)) RunningSince = reader.NextTime();
            else reader.Skip();
        }
    }

    private void ReadWaiting(ref Utf8JsonReader reader, StringPool strings, bool withMessages)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return;
        IsWaiting = true;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("reason"u8)) WaitingReason = reader.NextString(strings);
            else if (withMessages && reader.ValueTextEquals("message"u8)) WaitingMessage = reader.NextText();
            else reader.Skip();
        }
    }

    private static Termination? ReadLastState(ref Utf8JsonReader reader, StringPool strings, bool withMessages)
    {
        Termination? last = null;
        if (!reader.Enter(JsonTokenType.StartObject)) return last;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("terminated"u8)) last = ReadTermination(ref reader, strings, withMessages);
            else reader.Skip();
        }
        return last;
    }

    private static Termination? ReadTermination(ref Utf8JsonReader reader, StringPool strings, bool withMessages)
    {
        if (!reader.Enter(JsonTokenType.StartObject)) return null;
        int exitCode = 0, signal = 0;
        string? reason = null, message = null;
        DateTimeOffset? startedAt = null, finishedAt = null;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("exitCode"u8)) exitCode = reader.NextInt32();
            else if (reader.ValueTextEquals("signal"u8)) signal = reader.NextInt32();
            else if (reader.ValueTextEquals("reason"u8)) reason = reader.NextString(strings);
            else if (withMessages && reader.ValueTextEquals("message"u8)) message = reader.NextText();
            else if (reader.ValueTextEquals("startedAt"u8)) startedAt = Real(reader.NextTime());
            else if (reader.ValueTextEquals("finishedAt"u8)) finishedAt = Real(reader.NextTime());
            else reader.Skip();
        }
        return new Termination(exitCode, signal, reason, message, startedAt, finishedAt);
    }

    // A runtime that never got so far as to start the process says 1970.
    private static DateTimeOffset? Real(DateTimeOffset? time) => time > DateTimeOffset.UnixEpoch ? time : null;
}
