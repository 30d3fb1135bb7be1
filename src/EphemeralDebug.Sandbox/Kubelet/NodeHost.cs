using EphemeralDebug.Sandbox.Programs;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>The machine that a node is: its files, programs and processes, as its administrator sees them.</summary>
internal sealed class NodeHost
{
    internal NodeHost(string name, bool windows, IPodNetwork network, TimeProvider time)
    {
        Windows = windows;
        IReadOnlySet<string> programs = windows ? ProgramTable.WindowsHost : ProgramTable.LinuxHost;
        FileTree files = new(programs, windows ? ["C:"] : ["bin", "boot", "dev", "etc", "home", "lib", "opt", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var"]);
        Files = files;
        ProcessTable processes = new();
        ContainerUser user = ContainerUser.Root with { CanTrace = true, CanAdminister = true };
        View = new ContainerView
        {
            Hostname = name,
            Programs = programs,
            User = windows ? user with { WindowsName = @"nt authority\system" } : user,
            Processes = processes,
            Network = network,
            Time = time,
            Files = new ContainerFiles(files),
        };
        if (windows)
        {
            processes.Add(new ProcessEntry { User = View.User, Arguments = ["System"], View = View });
            return;
        }
        files.Write("/etc/os-release", "NAME=\"EphemeralDebug sandbox\"\nID=sandbox\nVARIANT_ID=node\nPRETTY_NAME=\"EphemeralDebug sandbox (simulated)\"\n"u8.ToArray());
        files.Write("/etc/hostname", System.Text.Encoding.UTF8.GetBytes(name + "\n"));
        files.Write("/var/lib/kubelet/config.yaml", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"u8.ToArray());
        files.Write("/var/log/syslog", System.Text.Encoding.UTF8.GetBytes($"{name} kubelet[3]: Started kubelet\n"));
        foreach (string command in (string[])["/sbin/init", "/usr/bin/containerd", "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml"])
        {
            processes.Add(new ProcessEntry { User = ContainerUser.Root, Arguments = command.Split(' '), MountNamespace = View.MountNamespace, View = View });
        }
    }

    internal bool Windows { get; }

    /// <summary>Its root.</summary>
    internal FileTree Files { get; }

    /// <summary>What a process sees that is in all namespaces of the node.</summary>
    internal ContainerView View { get; }
}
