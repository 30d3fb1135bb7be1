using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>One of the sub-protocols of attach and exec.</summary>
/// <param name="Name">As negotiated; empty where the client offered none.</param>
/// <param name="Version">5 and 4 as named; 1 for the older ones.</param>
/// <param name="Base64">Whether frames are text: a digit for the channel, then base64.</param>
internal sealed record StreamProtocol(string Name, int Version, bool Base64)
{
    private static readonly JsonSerializerOptions s_asGo = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly StreamProtocol[] s_known =
    [
        new("", 1, false), new("channel.k8s.io", 1, false), new("base64.channel.k8s.io", 1, true),
        new("v4.channel.k8s.io", 4, false), new("v4.base64.channel.k8s.io", 4, true), new("v5.channel.k8s.io", 5, false),
    ];

    /// <summary>The first of the offered ones that is known, up to a version; null where none is.</summary>
    internal static StreamProtocol? Choose(IEnumerable<string> offered, int newest = 5)
    {
        List<string> names = [.. offered.SelectMany(header => header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        if (names.Count == 0) names.Add("");
        return names.Select(name => Array.Find(s_known, known => known.Name == name && known.Version <= newest)).FirstOrDefault(known => known is not null);
    }

    /// <summary>What the error channel says of success; nothing in the oldest protocols.</summary>
    internal byte[] Success => Version < 4 ? [] : """{"metadata":{},"status":"Success"}"""u8.ToArray();

    /// <summary>What it says of an exit code.</summary>
    internal byte[] Exit(int code, IReadOnlyList<string> command)
    {
        if (code == 0) return Success;
        // Only v5 is translated on its way to the kubelet; the older ones keep the runtime's own words.
        string message = "command terminated with non-zero exit code: "
            + (Version == 5 ? $"command terminated with exit code {code}" : $"error executing command [{string.Join(' ', command)}], exit code {code}");
        return Failure(message, "NonZeroExitCode", new JsonObject { ["reason"] = "ExitCode", ["message"] = $"{code}" }, status: null);
    }

    /// <summary>What it says of a command that could not be started.</summary>
    internal byte[] InternalError(string message) => Failure("Internal error occurred: " + message, "InternalError", new JsonObject { ["message"] = message }, status: 500);

    private byte[] Failure(string message, string reason, JsonObject cause, int? status)
    {
        if (Version < 4) return System.Text.Encoding.UTF8.GetBytes(message);
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
            ["details"] = new JsonObject { ["causes"] = new JsonArray(cause) },
        };
        if (status is not null) body["code"] = status;
        return JsonSerializer.SerializeToUtf8Bytes(body, s_asGo);
    }
}
