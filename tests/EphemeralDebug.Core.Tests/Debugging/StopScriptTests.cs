using System.Diagnostics;
using EphemeralDebug.Core.Debugging;
using Xunit;

namespace EphemeralDebug.Core.Tests.Debugging;

/// <summary>The script with genuine shells on genuine processes, in PID and mount namespaces as a container runtime makes them.</summary>
public sealed class StopScriptTests
{
    // The target is PID 1 of a PID namespace; the container's first process is in it too, with a mount namespace of its own; another
    // exec runs beside the script. $1 is the script, $2 the signal, $3 the shell; the rest is the first process.
    private const string Shared = """
        script=$1 signal=$2 shell=$3; shift 3
        unshare -pf --mount-proc --kill-child sh -c 'echo; exec sleep 300' >"$DIR/t" & u=$!
        until [ -s "$DIR/t" ]; do sleep 0.02; done
        t=$(cat /proc/$u/task/$u/children); t=${t% }
        mkfifo "$DIR/up"
        nsenter -t $t -p unshare -m --mount-proc sh -c 'readlink /proc/self/ns/mnt; exec "$@"' sh "$@" >"$DIR/up" & e=$!
        read -r ns <"$DIR/up"
        m=$(cat /proc/$e/task/$e/children); m=${m% }
        until [ "$(cat /proc/$m/comm)" = "${1##*/}" ]; do sleep 0.02; done
        nsenter -t $m -p -m sleep 300 & o=$!
        sleep 0.1
        nsenter -t $m -p -m $shell -c "$script" stop $signal shared; echo "code $?"
        wait $e; echo "ended $?"
        kill -0 $t && echo "target runs"
        kill $o; kill -9 $t; wait
        """;

    [Theory]
    [InlineData("dash", "HUP")]
    [InlineData("bash", "KILL")]
    [InlineData("busybox sh", "HUP")]
    [InlineData("busybox sh", "KILL")]
    public async Task Ends_the_container_and_not_its_target(string shell, string signal)
    {
        string output = await RunAsync(Shared, signal, shell, "sleep", "200");
        Assert.Equal($"{signal} 2\ncode 0\nended {(signal == "HUP" ? 129 : 137)}\ntarget runs\n", output);
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    [InlineData("busybox sh")]
    public async Task Knows_a_process_one_that_no_signal_reaches(string shell)
    {
        const string Own = """
            script=$1 signal=$2 shell=$3; shift 3
            unshare -pfm --mount-proc --kill-child "$@" & u=$!
            until m=$(cat /proc/$u/task/$u/children) && m=${m% } && [ -n "$m" ] && [ "$(cat /proc/$m/comm)" = sleep ]; do sleep 0.02; done
            nsenter -t $m -p -m $shell -c "$script" stop $signal own; echo "code $?"
            nsenter -t $m -p -m $shell -c "$script" stop $signal shared; echo "code $?"
            kill -0 $m && echo "runs"
            kill -9 $m; wait
            """;
        Assert.Equal($"code {StopScript.Deaf}\ncode {StopScript.NotFound}\nruns\n", await RunAsync(Own, "KILL", shell, "sleep", "200"));
    }

    private static async Task<string> RunAsync(string harness, string signal, string shell, params string[] main)
    {
        string[] words = shell.Split(' ');
        Assert.SkipUnless(OperatingSystem.IsLinux() && await SucceedsAsync("unshare", "-pfm", "--mount-proc", "true"), "Namespaces cannot be made here: that takes Linux, unshare and root.");
        Assert.SkipUnless(await SucceedsAsync(words[0], [.. words[1..], "-c", "true"]), $"{shell} is not installed.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ephemeraldebug-");
        try
        {
            using Process process = Start("bash", ["-c", harness, "harness", StopScript.Command(kill: false, shared: true)[2], signal, shell, .. main], folder.FullName);
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            TestContext.Current.TestOutputHelper?.WriteLine(await errors);
            return output;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<bool> SucceedsAsync(string program, params string[] arguments)
    {
        try
        {
            using Process process = Start(program, arguments, null);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(string program, string[] arguments, string? folder)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (folder is not null) start.Environment["DIR"] = folder;
        return Process.Start(start)!;
    }
}
