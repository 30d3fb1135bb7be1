using System.Management.Automation;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Pipeline;

/// <summary>One session of one cmdlet in one container: what is said before, where its streams go, and what is said of its end.</summary>
internal sealed class ContainerVisit(VisitOptions options, Pump.Voice voice, Action endProgress)
{
    /// <summary>How the container is to be entered.</summary>
    internal EntryRequest Entry => new()
    {
        Shell = options.Shell,
        Terminal = options.Terminal is not null,
        Input = options.Input is not null,
        Wait = options.Wait,
    };

    /// <summary>Runs it to its end.</summary>
    /// <param name="entered">The container.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="result">Makes what -PassThru gives of the container as last seen; the container itself by default.</param>
    /// <exception cref="DebugException">It cannot be as wanted, or ended in a way that leaves the process's end unknown.</exception>
    internal async Task RunAsync(EnteredContainer entered, CancellationToken cancellationToken, Func<ContainerInfo, CancellationToken, Task<object>>? result = null)
    {
        await using (entered.ConfigureAwait(false))
        {
            SessionLeave leave = entered.Streams is { } streams
                ? await StayAsync(entered, streams, cancellationToken).ConfigureAwait(false)
                : await ReadLogAsync(entered, cancellationToken).ConfigureAwait(false);
            SessionOutcome outcome = await entered.EndAsync(leave, cancellationToken).ConfigureAwait(false);
            if (options.PassThru) await voice.ObjectAsync(result is null ? outcome.Container : await result(outcome.Container, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            await SayEndAsync(entered, outcome, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SessionLeave> StayAsync(EnteredContainer entered, IProcessStreams streams, CancellationToken cancellationToken)
    {
        if (options.Terminal is { } terminal && (entered.IsTerminal || entered.TakesLines))
        {
            bool endsInput = entered.TakesInputEnd && streams.CanEndInput;
            await SayWhereAsync(entered, endsInput, cancellationToken).ConfigureAwait(false);
            return entered.IsTerminal
                ? await TerminalSession.RunAsync(streams, terminal, options.Detach, EndsOnLeave(entered), cancellationToken).ConfigureAwait(false)
                : await LineSession.RunAsync(streams, terminal, options.Detach, endsInput, cancellationToken).ConfigureAwait(false);
        }

        if (options.Input is not null && !entered.TakesInput) throw Failure.NoStandardInput(entered.Container);
        await SayLimitsAsync(entered).ConfigureAwait(false);
        SessionOutput output = new(voice, options.AsBytes, options.OutFile);
        await using (output.ConfigureAwait(false))
        {
            Stream? input = options.Input is { } given ? StandardInput.Open(given) : null;
            await using (input?.ConfigureAwait(false) ?? Stream.Null.ConfigureAwait(false))
            {
                SessionLeave leave = await RedirectedSession.RunAsync(streams, input, entered.TakesInputEnd, output.WriteAsync, cancellationToken).ConfigureAwait(false);
                await output.EndAsync(cancellationToken).ConfigureAwait(false);
                return leave;
            }
        }
    }

    // It ended before anybody could attach: everything it wrote is in its log.
    private async Task<SessionLeave> ReadLogAsync(EnteredContainer entered, CancellationToken cancellationToken)
    {
        if (options.IsExisting && (options.Input is not null || options.Shell is not null)) throw Failure.ContainerHasEnded(entered.Container);
        SessionOutput output = new(voice, options.AsBytes, options.OutFile);
        await using (output.ConfigureAwait(false))
        {
            await entered.ReadLogAsync(output.WriteAsync, cancellationToken).ConfigureAwait(false);
            await output.EndAsync(cancellationToken).ConfigureAwait(false);
        }

        if (options.IsExisting)
        {
            DebugException ended = Failure.ContainerHasEnded(entered.Container);
            await voice.WarningAsync($"{ended.Message} This was its log. {ended.Advice}").ConfigureAwait(false);
        }

        return new SessionLeave(End: null);
    }

    private async Task SayWhereAsync(EnteredContainer entered, bool endsInput, CancellationToken cancellationToken)
    {
        ContainerInfo container = entered.Container;
        string context = container.Context is null ? "" : $"context {container.Context}, ";
        string profile = container.Profile is { } taken ? $", profile {taken}" : "";
        string user = entered.User is { } number ? $"user {number}" : "the image's user";
        string where = $"{context}namespace {container.Namespace}, pod {container.Pod}, container {container.Name} (image {container.Image}{profile}, {user})";
        List<string> lines = [entered.Request.Shell is { } shell ? $"{PlainText.Clean(shell)} in {PlainText.Clean(where)}." : $"In {PlainText.Clean(where)}."];
        lines.AddRange(options.Hints);
        string detach = options.Detach.Bytes.IsEmpty ? "" : options.Detach.Text;
        if (entered.TakesLines)
        {
            lines.Add("Its process has no terminal: Enter sends it what you have typed, line by line. What it writes is kept in the container's log.");
            lines.Add($"{(endsInput ? "Ctrl+D ends its input. Leave with Ctrl+C" : "Leave with Ctrl+C or Ctrl+D")}{(detach.Length > 0 ? $" or {detach}" : "")}.");
        }
        else
        {
            if (entered.Request.Shell is null) lines.Add("Whatever is shown here is kept in the container's log, also what you type. No prompt? Press Enter.");
            if (detach.Length > 0) lines.Add($"Leave with {detach}.");
        }

        await ShowAsync(cancellationToken, [.. lines]).ConfigureAwait(false);
    }

    private async ValueTask SayLimitsAsync(EnteredContainer entered)
    {
        ContainerInfo container = entered.Container;
        if (options.Input is not null && !entered.TakesInputEnd)
        {
            await voice.WarningAsync($"{container}: it was made {(container.Tty ? "with a terminal" : "without -StdinOnce")}, so the end of the input cannot be told to it. The input is sent, and what comes back is given until nothing has come for 2 s. To run the input in a process of its own: -Shell sh").ConfigureAwait(false);
        }
        else if (options.Terminal is not null)
        {
            await voice.WarningAsync($"{container}: it was made with no standard input, so its output can be read, and nothing typed. Ctrl+C leaves it. For a shell in it: {ComeBack(container)} -Shell sh").ConfigureAwait(false);
        }
    }

    private async Task SayEndAsync(EnteredContainer entered, SessionOutcome outcome, CancellationToken cancellationToken)
    {
        ContainerInfo container = outcome.Container;
        switch (outcome.Kind)
        {
            case SessionOutcomeKind.Exited when entered.Streams is not null:
                string what = entered.Request.Shell is { } shell ? $"{PlainText.Clean(shell)} in {container}" : container.ToString();
                await SayAsync($"{what} has ended with exit code {container.ExitCode}.", cancellationToken).ConfigureAwait(false);
                break;
            case SessionOutcomeKind.Detached or SessionOutcomeKind.StreamClosed when options.IsLast:
                await SayAsync($"You have left {container}.", cancellationToken).ConfigureAwait(false);
                break;
            case SessionOutcomeKind.Detached when options.Terminal is not null:
                await SayAsync($"You have left {container}; {(entered is { TakesLines: true, TakesInputEnd: true } ? "its input ends with that" : "it runs on")}. Come back: {ComeBack(container)}{(entered.Request.Shell is { } left ? $" -Shell {Quoted(left)}" : "")}", cancellationToken).ConfigureAwait(false);
                break;
            case SessionOutcomeKind.StreamClosed:
                await SayAsync($"The server has closed the stream; {container} runs on. Come back: {ComeBack(container)}", cancellationToken).ConfigureAwait(false);
                break;
            case SessionOutcomeKind.Killed when entered.Streams is not null || !options.IsExisting:
                throw Failure.ContainerKilled(container, options.IsLast);
            case SessionOutcomeKind.ConnectionLost:
                throw Failure.SessionLost(container, outcome.Message, options.IsLast ? null : ComeBack(container));
            case SessionOutcomeKind.PodDeleted:
                throw Failure.SessionPodDeleted(container, options.IsLast);
            case SessionOutcomeKind.StatusMissing:
                throw Failure.SessionStatusMissing(container, outcome.Message, options.IsLast);
        }
    }

    /// <summary>Says it at a terminal; in a pipeline only to who asks.</summary>
    internal async ValueTask SayAsync(string text, CancellationToken cancellationToken)
    {
        if (options.Terminal is null) await voice.VerboseAsync(text).ConfigureAwait(false);
        else await ShowAsync(cancellationToken, text).ConfigureAwait(false);
    }

    // As Write-Host does, so that it is seen at once and is no output.
    private Task ShowAsync(CancellationToken cancellationToken, params string[] lines) => voice.DoAsync(cmdlet =>
    {
        endProgress();
        foreach (string line in lines) cmdlet.WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
    }, cancellationToken);

    private static string ComeBack(ContainerInfo container) =>
        $"Enter-EphemeralContainer {Quoted(container.Pod)} {Quoted(container.Name)} -Namespace {Quoted(container.Namespace)}"
        + (container.Context is { } context ? $" -Context {Quoted(context)}" : "")
        + (container.KubeConfig is { } file ? $" -KubeConfig {Quoted(file)}" : "");

    // As PowerShell reads it: bare where it is a plain word, else in single quotes.
    private static string Quoted(string word) => word.Length > 0 && word.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '.' or '_' or '/')
        ? word
        : $"'{PlainText.Clean(word).Replace("'", "''", StringComparison.Ordinal)}'";

    // A shell of exec cannot be come back to; with stdinOnce the user wished it so.
    private static bool EndsOnLeave(EnteredContainer entered) => entered.Request.Shell is not null || entered.Container.StdinOnce;
}
