using System.Diagnostics;
using System.Reflection;
using EphemeralDebug.Sandbox.Programs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>The simulated shell and its programs.</summary>
public sealed class ShellTests
{
    [Theory]
    [InlineData("echo a; echo b && echo c || echo d", "a\nb\nc\n", 0)]
    [InlineData("false || echo d; false && echo e; echo $?", "d\n1\n", 0)]
    [InlineData("X=41; echo $((X+1)) \"$X\" '$X' ${X} ${NONE:-none}", "42 41 $X 41 none\n", 0)]
    [InlineData("seq 3 | grep -v 2 | wc -l", "2\n", 0)]
    [InlineData("for i in 1 2 3; do if [ $i -eq 2 ]; then continue; fi; echo $i; done", "1\n3\n", 0)]
    [InlineData("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n", 0)]
    [InlineData("echo \"it's $(echo nested \"quotes\")\"", "it's nested quotes\n", 0)]
    [InlineData("echo hidden > /tmp/f; cat /tmp/f; echo more >> /tmp/f; wc -l < /tmp/f", "hidden\n2\n", 0)]
    [InlineData("(exit 3); echo $?; exit 7", "3\n", 7)]
    [InlineData("echo gone >/dev/null; echo err >&2 2>/dev/null; ! true; echo $?", "1\n", 0)]
    [InlineData("printf '\\033[A\\tgr\u00fc\u00dfe\\n' | cat -v", "^[[A\tgrM-CM-<M-CM-^_e\n", 0)]
    [InlineData("yes | head -n 2", "y\ny\n", 0)]
    [InlineData("head -c 5 /dev/zero | wc -c", "5\n", 0)]
    [InlineData("trap 'echo bye' EXIT; echo hi", "hi\nbye\n", 0)]
    [InlineData("set -- a b; for x in \"$@\"; do echo $x; done; echo $#", "a\nb\n2\n", 0)]
    [InlineData("printf '%s-%s\\n' a b; hostname; id -u", "a-b\nweb\n0\n", 0)]
    [InlineData("env | grep MARK; MARK=own env | grep MARK", "MARK=set\nMARK=own\n", 0)]
    [InlineData("cd /tmp; pwd; cd ..; pwd", "/tmp\n/\n", 0)]
    [InlineData("x=a/b/c; echo ${x##*/} ${x#*/} ${x%/*} ${x%%/*} ${#x}", "c b/c a/b a 5\n", 0)]
    [InlineData("x='1 (a) b) S 2'; set -- ${x##*) }; echo $2 ${2-none} ${3-none} ${3:-none}", "2 2 none none\n", 0)]
    [InlineData("for x in abc b '*' ''; do case $x in a*) echo m;; b|c) echo n ;; \"*\") echo q ;; *) echo r; esac; done", "m\nn\nq\nr\n", 0)]
    [InlineData("case HUP0f in HUP*[13579bdf]) ;; *) echo no ;; esac; case x in y) ;; esac; echo $?", "0\n", 0)]
    [InlineData("case a-b in [!a]*) echo 1;; [a-c][-]?) echo 2;; esac; case ']' in [x]) ;; ?) echo 3; esac", "2\n3\n", 0)]
    [InlineData("cd /tmp; echo 1 2 3 > f1; echo x > f2; echo /tmp/f*; echo f? \"f?\" 'f*' /no*ne", "/tmp/f1 /tmp/f2\nf1 f2 f? f* /no*ne\n", 0)]
    [InlineData("echo ' 1  2 3 ' > /tmp/l; while read -r a b; do echo \"$a|$b\"; done < /tmp/l; while IFS= read -r a; do echo \"$a|\"; done < /tmp/l", "1|2 3\n 1  2 3 |\n", 0)]
    [InlineData("if [ /proc/self/ns/mnt -ef /proc/$$/ns/mnt ] && ! [ /none -ef /none ]; then echo same; fi", "same\n", 0)]
    public async Task Scripts_do_what_sh_does(string script, string output, int code)
    {
        (int exit, string text, _) = await RunAsync("sh", "-c", script);
        Assert.Equal((output, code), (text, exit));
    }

    [Theory]
    [InlineData("foo", "sh: foo: not found\n", 127)]
    [InlineData("cat /none", "cat: can't open '/none': No such file or directory\n", 1)]
    [InlineData("kill 99999", "sh: can't kill pid 99999: No such process\n", 1)]
    [InlineData("kill -BAD 1", "sh: bad signal name 'BAD'\n", 1)]
    [InlineData("kill", "sh: you need to specify whom to kill\n", 1)]
    [InlineData("readlink /none", "", 1)]
    [InlineData("read x </none", "sh: can't open /none: no such file\n", 1)]
    [InlineData("if true", "sh: syntax error: unexpected end of file\n", 2)]
    [InlineData("wget -q -O- http://nowhere", "wget: bad address 'nowhere'\n", 1)]
    [InlineData("wget -q -O- localhost", "wget: can't connect to remote host (127.0.0.1): Connection refused\n", 1)]
    public async Task Mistakes_are_complained_about(string script, string errors, int code)
    {
        (int exit, _, string text) = await RunAsync("sh", "-c", script);
        Assert.Equal((errors, code), (text, exit));
    }

    [Fact]
    public async Task The_genuine_shell_agrees()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/busybox") || File.Exists("/bin/busybox"), "BusyBox is not installed.");
        foreach (object?[] data in typeof(ShellTests).GetMethod(nameof(Scripts_do_what_sh_does))!.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data))
        {
            string script = (string)data[0]!;
            // What tells of the container differs.
            if (script.Contains("hostname", StringComparison.Ordinal) || script.Contains("/tmp", StringComparison.Ordinal)) continue;
            using Process genuine = Process.Start(new ProcessStartInfo("busybox", ["sh", "-c", script])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["MARK"] = "set" },
            })!;
            string output = await genuine.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await genuine.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal((script, (string)data[1]!, (int)data[2]!), (script, output, genuine.ExitCode));
        }
    }

    private static async Task<(int Exit, string Out, string Err)> RunAsync(params string[] arguments)
    {
        using MemoryStream output = new(), errors = new();
        ProcessTable processes = new();
        int pid = processes.Add(new ProcessEntry { User = ContainerUser.Root, Arguments = arguments }).Pid;
        ProcessContext context = new()
        {
            Arguments = arguments,
            Environment = new Dictionary<string, string> { ["MARK"] = "set" },
            In = ProcessInput.Empty,
            Out = ProcessOutput.To(output),
            Err = ProcessOutput.To(errors),
            Container = new ContainerView
            {
                Hostname = "web", Programs = ProgramTable.BusyBox, User = ContainerUser.Root, Processes = processes, Network = new NoNetwork(), Time = TimeProvider.System,
            },
            Pid = pid,
            Killed = TestContext.Current.CancellationToken,
        };
        int exit = await ProgramTable.Find(arguments[0])!.Run(context);
        return (exit, System.Text.Encoding.UTF8.GetString(output.ToArray()), System.Text.Encoding.UTF8.GetString(errors.ToArray()));
    }

    private sealed class NoNetwork : IPodNetwork
    {
        public IDisposable Listen(int port, WebSite site) => throw new NotSupportedException();

        public string? Resolve(string host) => host == "localhost" ? "127.0.0.1" : null;

        public WebSite? Connect(string address, int port) => null;
    }
}
