using System.Management.Automation;
using EphemeralDebug.Core;

namespace EphemeralDebug.Pipeline;

/// <summary>Says what a script in a container gave on the streams that it was given on there.</summary>
internal static class RemoteObjects
{
    /// <param name="result">What became of the script's pwsh.</param>
    /// <param name="failure">Why it is not known; null where it is.</param>
    /// <param name="voice">Speaks for the cmdlet.</param>
    /// <returns>What there is to say of it as a whole; null where nothing is.</returns>
    internal static async ValueTask<DebugException?> SayAsync(DebugCommandResult result, DebugException? failure, Pump.Voice voice)
    {
        if (failure?.ErrorId == nameof(Failure.CommandNotFound)) return Failure.PowerShellNotFound(result.ToString(), failure);
        if (result.Truncated) return Failure.RemoteOutputTruncated(result.ToString());
        try
        {
            foreach ((string stream, PSObject value) in RemoteScript.Read(result.StdOut).Concat(RemoteScript.Read(result.StdErr)))
                await SayAsync(stream, value, result, voice).ConfigureAwait(false);
        }
        catch (DebugException e)
        {
            return failure ?? e;
        }

        // An error that ends a script is exit code 1, and has been said.
        return failure ?? (result.ExitCode is > 1 or < 0 ? Failure.ScriptExited(result.ToString(), result.ExitCode.Value) : null);
    }

    private static async ValueTask SayAsync(string stream, PSObject value, DebugCommandResult result, Pump.Voice voice)
    {
        switch (stream)
        {
            case "Error":
                await voice.ErrorAsync(RemoteScript.Error(value, result.ToString())).ConfigureAwait(false);
                break;
            case "Warning":
                await voice.WarningAsync($"{result}: {Clean(value)}").ConfigureAwait(false);
                break;
            case "Verbose":
                await voice.VerboseAsync($"{result}: {Clean(value)}").ConfigureAwait(false);
                break;
            case "Debug":
                await voice.DebugAsync($"{result}: {Clean(value)}").ConfigureAwait(false);
                break;
            case "Information":
                await voice.DoAsync(cmdlet => cmdlet.WriteInformation(Clean(value), ["PSHOST"]), CancellationToken.None).ConfigureAwait(false);
                break;
            case "Progress":
                break;
            default:
                Mark(value, "PodName", result.Pod);
                Mark(value, "PodNamespace", result.Namespace);
                if (result.Node is not null) Mark(value, "NodeName", result.Node);
                await voice.ObjectAsync(value).ConfigureAwait(false);
                break;
        }
    }

    private static void Mark(PSObject value, string name, string? text)
    {
        value.Properties.Remove(name);
        value.Properties.Add(new PSNoteProperty(name, text));
    }

    private static string Clean(PSObject value) => PlainText.Clean(value.ToString(), keepLayout: true).TrimEnd();
}
