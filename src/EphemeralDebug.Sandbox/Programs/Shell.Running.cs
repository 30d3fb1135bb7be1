using System.IO.Pipelines;

namespace EphemeralDebug.Sandbox.Programs;

/// <content>Runs what was parsed: lists, pipes, loops, redirections, programs.</content>
internal sealed partial class Shell
{
    private async Task RunAsync(ShellNode node, ProcessContext io)
    {
        io.Killed.ThrowIfCancellationRequested();
        switch (node)
        {
            case ShellNode.List list:
                foreach (ShellNode item in list.Items) await RunAsync(item, io);
                break;
            case ShellNode.AndOr pair:
                await RunAsync(pair.Left, io);
                if (_status == 0 == pair.And) await RunAsync(pair.Right, io);
                break;
            case ShellNode.Pipeline pipeline:
                await RunPipelineAsync(pipeline, io);
                break;
            case ShellNode.Simple simple:
                await RunSimpleAsync(simple, io);
                break;
            case ShellNode.While loop:
                await LoopAsync(loop, io);
                break;
            case ShellNode.For each:
                await ForAsync(each, io);
                break;
            case ShellNode.Case selection:
                await SelectAsync(selection, io);
                break;
            case ShellNode.If choice:
                await ChooseAsync(choice, io);
                break;
            case ShellNode.Subshell sub:
                await RunSubshellAsync(sub.Body, io);
                break;
            case ShellNode.Redirected redirected:
                await RunRedirectedAsync(redirected, io);
                break;
        }
    }

    private async Task LoopAsync(ShellNode.While loop, ProcessContext io)
    {
        int status = 0;
        while (true)
        {
            await RunAsync(loop.Condition, io);
            if (_status == 0 == loop.Until) break;
            // A loop that never waits must not keep a thread from others.
            await Task.Yield();
            try
            {
                await RunAsync(loop.Body, io);
            }
            catch (LoopException jump)
            {
                if (jump.Break) break;
            }
            status = _status;
        }
        _status = status;
    }

    private async Task ForAsync(ShellNode.For each, ProcessContext io)
    {
        List<string> words = each.Words is null ? [.. _positional] : await ExpandAllAsync(each.Words, io);
        _status = 0;
        foreach (string word in words)
        {
            _variables[each.Variable] = word;
            try
            {
                await RunAsync(each.Body, io);
            }
            catch (LoopException jump)
            {
                if (jump.Break) break;
            }
        }
    }

    private async Task ChooseAsync(ShellNode.If choice, ProcessContext io)
    {
        foreach ((ShellNode condition, ShellNode body) in choice.Branches)
        {
            await RunAsync(condition, io);
            if (_status != 0) continue;
            await RunAsync(body, io);
            return;
        }
        _status = 0;
        if (choice.Else is not null) await RunAsync(choice.Else, io);
    }

    private async Task SelectAsync(ShellNode.Case selection, ProcessContext io)
    {
        string text = string.Concat(await ExpandAsync(selection.Word, io, split: false));
        _status = 0;
        foreach ((IReadOnlyList<string> patterns, ShellNode body) in selection.Branches)
        {
            foreach (string pattern in patterns)
            {
                if (!ShellPattern.Matches(await PatternAsync(pattern, io), text)) continue;
                await RunAsync(body, io);
                return;
            }
        }
    }

    private async Task RunPipelineAsync(ShellNode.Pipeline pipeline, ProcessContext io)
    {
        List<Task<int>> stages = [];
        ProcessInput input = io.In;
        PipeReader? upstream = null;
        for (int i = 0; i < pipeline.Stages.Count; i++)
        {
            Pipe? pipe = i + 1 < pipeline.Stages.Count ? new Pipe() : null;
            ProcessContext stage = io with { In = input, Out = pipe is null ? io.Out : ProcessOutput.To(pipe.Writer) };
            stages.Add(StageAsync(pipeline.Stages[i], stage, pipe?.Writer, upstream));
            upstream = pipe?.Reader;
            if (upstream is not null) input = ProcessInput.From(upstream);
        }
        int[] codes = await Task.WhenAll(stages);
        _status = pipeline.Negated ? codes[^1] == 0 ? 1 : 0 : codes[^1];

        async Task<int> StageAsync(ShellNode node, ProcessContext stage, PipeWriter? output, PipeReader? source)
        {
            try
            {
                // One command alone (with !) runs in this shell; stages of a pipe have shells of their own.
                Shell shell = pipeline.Stages.Count == 1 ? this : Fork(stage);
                await shell.RunAsync(node, stage);
                return shell._status;
            }
            catch (ExitException exit) when (pipeline.Stages.Count > 1)
            {
                return exit.Code;
            }
            catch (BrokenPipeException) when (output is not null)
            {
                return 141;
            }
            finally
            {
                if (output is not null) await output.CompleteAsync();
                if (source is not null) await source.CompleteAsync();
            }
        }
    }

    private async Task RunSubshellAsync(ShellNode body, ProcessContext io)
    {
        Shell shell = Fork(io);
        try
        {
            await shell.RunAsync(body, io);
            _status = shell._status;
        }
        catch (ExitException exit)
        {
            _status = exit.Code;
        }
    }

    private Shell Fork(ProcessContext io)
    {
        Shell copy = new(io with { Environment = _variables, WorkingDirectory = _directory }, _positional) { _status = _status };
        copy._exported.IntersectWith(_exported);
        return copy;
    }

    private async Task RunRedirectedAsync(ShellNode.Redirected redirected, ProcessContext io)
    {
        List<(string Path, MemoryStream Content, bool Append)> files = [];
        foreach (ShellRedirect redirect in redirected.Redirects)
        {
            string target = string.Concat(await ExpandAsync(redirect.Target, io, split: false));
            ProcessContext here = io with { WorkingDirectory = _directory };
            string path = here.FullPath(target);
            if (redirect.Operator == "<")
            {
                if (here.Open(target) is not { } input)
                {
                    await io.Err.WriteAsync($"{_process.Arguments[0]}: can't open {target}: no such file\n", io.Killed);
                    _status = 1;
                    return;
                }
                io = io with { In = input };
                continue;
            }
            ProcessOutput output;
            if (redirect.Operator == ">&") output = target == "2" ? io.Err : io.Out;
            else if (target == "/dev/null") output = ProcessOutput.Null;
            else if (target is "/dev/stderr" or "/dev/stdout") output = target == "/dev/stderr" ? io.Err : io.Out;
            else if (io.Container.Files.IsReadOnly(path))
            {
                await io.Err.WriteAsync($"{_process.Arguments[0]}: can't create {target}: {FilePrograms.ReadOnly}\n", io.Killed);
                _status = 1;
                return;
            }
            else
            {
                files.Add((path, new MemoryStream(), redirect.Operator == ">>"));
                output = ProcessOutput.To(files[^1].Content);
            }
            io = redirect.Descriptor == 2 ? io with { Err = output } : io with { Out = output };
        }
        try
        {
            await RunAsync(redirected.Body, io);
        }
        finally
        {
            foreach ((string path, MemoryStream content, bool append) in files) io.Container.Files.Write(path, content.ToArray(), append);
        }
    }

    private async Task RunSimpleAsync(ShellNode.Simple simple, ProcessContext io)
    {
        List<string> words = await ExpandAllAsync(simple.Words, io);
        Dictionary<string, string> own = [];
        foreach ((string name, string value) in simple.Assignments) own[name] = string.Concat(await ExpandAsync(value, io, split: false));
        if (words.Count == 0)
        {
            if (simple.Words.Count == 0 && own.Count > 0) _status = 0;
            foreach ((string name, string value) in own) _variables[name] = value;
            return;
        }
        if (await RunBuiltInAsync(words, own, io)) return;
        if (io.Container.Find(words[0]) is not { } program)
        {
            await io.Err.WriteAsync($"{_process.Arguments[0]}: {words[0]}: not found\n", io.Killed);
            _status = 127;
            return;
        }
        _status = await RunProgramAsync(program, words, own, io);
    }

    private async Task<int> RunProgramAsync(Program program, List<string> words, Dictionary<string, string> own, ProcessContext io)
    {
        Dictionary<string, string> environment = _variables.Where(pair => _exported.Contains(pair.Key)).Concat(own)
            .GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal);
        using CancellationTokenSource killed = CancellationTokenSource.CreateLinkedTokenSource(io.Killed);
        Signal? received = null;
        SignalActions actions = io.Actions.Inherit();
        ProcessEntry entry = io.Container.Processes.Add(new ProcessEntry
        {
            Parent = io.Pid,
            User = io.Container.User,
            Arguments = words,
            Shown = words[0] == "ps" ? "{ps} sh" : null,
            MountNamespace = io.Container.MountNamespace,
            View = io.Container,
            Actions = actions,
            Signal = signal =>
            {
                if (actions.Ignores(signal) || actions.Catches(signal)) return;
                received = signal;
                try
                {
                    killed.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // It has just ended.
                }
            },
        });
        try
        {
            using CancellationTokenRegistration trapped = TrapTermination(killed);
            return await program.Run(io with
            {
                Arguments = words,
                Environment = environment,
                Pid = entry.Pid,
                Actions = actions,
                WorkingDirectory = _directory,
                Killed = killed.Token,
            });
        }
        catch (OperationCanceledException) when (received is { } signal && !io.Killed.IsCancellationRequested)
        {
            return 128 + (int)signal;
        }
        finally
        {
            io.Container.Processes.Remove(entry);
        }
    }

    /// <summary>A shell with a trap stops waiting for its child when the signal comes.</summary>
    private CancellationTokenRegistration TrapTermination(CancellationTokenSource child) =>
        _traps.Keys.Any(name => name is not "EXIT") ? _process.Terminating.Register(child.Cancel) : default;
}
