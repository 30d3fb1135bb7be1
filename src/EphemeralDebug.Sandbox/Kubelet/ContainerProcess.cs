using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using EphemeralDebug.Sandbox.Programs;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>What to run.</summary>
internal sealed record ProcessStart
{
    internal required Program Program { get; init; }

    internal required IReadOnlyList<string> Arguments { get; init; }

    internal required IReadOnlyDictionary<string, string> Environment { get; init; }

    internal required ContainerView Container { get; init; }

    /// <summary>Whether it is another process of a container that runs, and not its first.</summary>
    internal bool Exec { get; init; }

    internal bool Stdin { get; init; }

    internal bool Tty { get; init; }

    internal string WorkingDirectory { get; init; } = "/";
}

/// <summary>A running built-in program with its streams: the first process of a container, or one that exec started.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Signals may come after the end; these sources hold no timer and no handle.")]
internal sealed class ContainerProcess
{
    private readonly ProcessStart _start;
    private readonly ProcessEntry _entry;
    private readonly Pipe? _input;
    private readonly Pipe _output = new();
    private readonly Pipe? _error;
    private readonly SemaphoreSlim _feeding = new(1, 1);
    private readonly CancellationTokenSource _terminating = new();
    private readonly CancellationTokenSource _killed = new();
    private readonly bool _interactiveShell;
    private readonly SignalActions _actions = new();
    private int _killCode = 137;

    private ContainerProcess(ProcessStart start)
    {
        _start = start;
        _input = start.Stdin && !start.Tty ? new Pipe() : null;
        _error = start.Tty ? null : new Pipe();
        _interactiveShell = start.Tty && IsInteractiveShell(start.Program, start.Arguments);
        if (start.Program.HandlesSignals) _actions.Catch(Programs.Signal.Term, Programs.Signal.Int);
        if (_interactiveShell)
        {
            _actions.Ignore(Programs.Signal.Term, Programs.Signal.Quit);
            _actions.Catch(Programs.Signal.Int);
        }
        bool nginx = start.Arguments[0] == "nginx";
        _entry = start.Container.Processes.Add(new ProcessEntry
        {
            User = start.Container.User,
            Arguments = nginx ? ["nginx: master process " + string.Join(' ', start.Arguments)] : start.Arguments,
            Name = nginx ? "nginx" : null,
            MountNamespace = start.Container.MountNamespace,
            View = start.Container,
            Actions = _actions,
            Signal = Signal,
        });
        ProcessOutput output = ProcessOutput.To(_output.Writer);
        if (start.Tty)
        {
            Terminal = new Terminal(output);
            Terminal.Interrupted += () =>
            {
                if (!_interactiveShell) Signal(Programs.Signal.Int);
            };
            output = output.OnTerminal();
        }
        ProcessContext context = new()
        {
            Arguments = start.Arguments,
            Environment = start.Environment,
            In = _input is not null ? ProcessInput.From(_input.Reader) : start.Stdin && Terminal is not null ? Terminal : ProcessInput.Empty,
            Out = output,
            Err = _error is null ? output : ProcessOutput.To(_error.Writer),
            Terminal = Terminal,
            Container = start.Container,
            Pid = _entry.Pid,
            WorkingDirectory = start.WorkingDirectory,
            Actions = _actions,
            Terminating = _terminating.Token,
            Killed = _killed.Token,
        };
        Exited = Task.Run(() => RunAsync(context));
    }

    /// <summary>Whether a shell has the terminal to itself: what the keys say is then its business, also where nsenter or chroot started it.</summary>
    private static bool IsInteractiveShell(Program program, IReadOnlyList<string> arguments)
    {
        IReadOnlyList<string>? inner = NodePrograms.InnerCommand(arguments);
        if (inner is not null) return inner.Count == 0 || (NodePrograms.IsShell(inner[0]) && !inner.Contains("-c"));
        return program.Run == Shell.MainAsync && !arguments.Contains("-c");
    }

    internal static ContainerProcess Start(ProcessStart start) => new(start);

    internal PipeReader Output => _output.Reader;

    /// <summary>Standard error; null on a terminal, where it is the same as output.</summary>
    internal PipeReader? Error => _error?.Reader;

    internal Terminal? Terminal { get; }

    /// <summary>The exit code, once the process has ended.</summary>
    internal Task<int> Exited { get; }

    /// <summary>Gives bytes to standard input; waits while the process does not read, ends when it has ended.</summary>
    internal async ValueTask FeedAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!_start.Stdin) return;
        await _feeding.WaitAsync(cancellationToken);
        try
        {
            if (Terminal is not null) await Terminal.TypeAsync(bytes, cancellationToken);
            else if (_input is not null) await _input.Writer.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception gone) when (gone is InvalidOperationException or BrokenPipeException or System.Threading.Channels.ChannelClosedException)
        {
            // Input that was closed, or whose process has ended, takes nothing more.
        }
        finally
        {
            _feeding.Release();
        }
    }

    /// <summary>Standard input is at its end.</summary>
    internal async Task CloseInputAsync()
    {
        await _feeding.WaitAsync();
        try
        {
            if (_input is not null) await _input.Writer.CompleteAsync();
        }
        finally
        {
            _feeding.Release();
        }
    }

    internal void Signal(Signal signal)
    {
        if (signal == Programs.Signal.Kill)
        {
            _killed.Cancel();
            return;
        }
        // The kernel spares process 1 what it does not handle.
        if (_actions.Ignores(signal) || (_entry.Pid == 1 && !_actions.Catches(signal))) return;
        if (_actions.Catches(signal))
        {
            _terminating.Cancel();
            return;
        }
        _killCode = 128 + (int)signal;
        _killed.Cancel();
    }

    private async Task<int> RunAsync(ProcessContext context)
    {
        int code;
        try
        {
            code = await _start.Program.Run(context);
            // Killed at its very end, before it could notice.
            if (_killed.IsCancellationRequested) code = _killCode;
        }
        catch (OperationCanceledException) when (_killed.IsCancellationRequested)
        {
            code = _killCode;
        }
        catch (BrokenPipeException)
        {
            code = 141;
        }
        _start.Container.Processes.Remove(_entry);
        foreach (ProcessEntry other in _start.Container.Processes.List())
        {
            // With process 1 the kernel ends everything in its PID namespace; with a container's first process the runtime ends the others of it.
            if (_entry.Pid == 1 || (!_start.Exec && other.MountNamespace == _entry.MountNamespace)) other.Signal?.Invoke(Programs.Signal.Kill);
        }
        Terminal?.HangUp();
        await _output.Writer.CompleteAsync();
        if (_error is not null) await _error.Writer.CompleteAsync();
        if (_input is not null) await _input.Reader.CompleteAsync();
        return code;
    }
}
