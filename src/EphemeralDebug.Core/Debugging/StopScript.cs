namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// The script that ends a container from inside: it looks for the container's first process and signals it. POSIX sh with built-in
/// commands alone, so that it runs wherever there is a shell (BusyBox, dash, bash).
/// </summary>
/// <remarks>
/// <para>
/// Processes of this container are those in the script's own mount namespace. That is what tells them from the target's, whose PID
/// namespace may be shared, and from every other process of a pod or node. The first process is the oldest of those that nothing in
/// the container has started: its parent is outside of the PID namespace (0), or in another mount namespace.
/// </para>
/// <para>
/// Where PID 1 is said to be another container's and seems to be ours, mount namespaces tell nothing here, and nothing is signalled.
/// Where PID 1 is ours, the container has a PID namespace of its own: the kernel then keeps from it every signal that it does not catch, KILL
/// too. What it catches stands in <c>SigCgt</c>, a bit for each signal: HUP is the lowest, TERM the 15th.
/// </para>
/// <para>
/// A process may have any name, with blanks, parentheses and line ends, so the numbers of <c>stat</c> are read after the last <c>)</c>:
/// the parent is the second of them, the start time the 20th. Nothing from outside goes into the text: the signal, and whether PID 1 is
/// another's, come as arguments.
/// </para>
/// </remarks>
internal static class StopScript
{
    /// <summary>No first process was found.</summary>
    internal const int NotFound = 3;

    /// <summary>It is PID 1 of its own namespace and catches neither HUP nor TERM.</summary>
    internal const int Deaf = 4;

    /// <summary>It may not be signalled.</summary>
    internal const int NotAllowed = 5;

    private const string Text = """
        signal=$1 own=/proc/self/ns/mnt main= began=
        [ "$2" = shared ] && [ /proc/1/ns/mnt -ef $own ] && exit 3
        for dir in /proc/[0-9]*; do
          pid=${dir##*/}
          [ "$pid" != "$$" ] && [ "$dir/ns/mnt" -ef $own ] || continue
          stat=
          while IFS= read -r line; do stat="$stat $line"; done 2>/dev/null <"$dir/stat"
          set -- ${stat##*) }
          [ "${2-0}" = 0 ] || ! [ "/proc/$2/ns/mnt" -ef $own ] || continue
          [ -n "${20-}" ] || continue
          if [ -z "$began" ] || [ "${20}" -lt "$began" ]; then main=$pid began=${20}; fi
        done
        [ -n "$main" ] || exit 3
        if [ "$main" = 1 ]; then
          caught=
          while read -r key value; do [ "$key" = SigCgt: ] && caught=$value; done </proc/1/status
          case $signal$caught in
            HUP*[13579bdf]) ;;
            *[4567cdef]???) signal=TERM ;;
            *) exit 4 ;;
          esac
        fi
        echo "$signal $main"
        kill -"$signal" "$main" || exit 5
        """;

    /// <summary>The command line for exec. It writes the signal and the process before it signals, because that may be its own end.</summary>
    /// <param name="kill">KILL in place of HUP; TERM for a PID 1 that catches it.</param>
    /// <param name="shared">Whether PID 1 is another container's.</param>
    internal static IReadOnlyList<string> Command(bool kill, bool shared) => ["sh", "-c", Text.ReplaceLineEndings("\n"), "stop", kill ? "KILL" : "HUP", shared ? "shared" : "own"];
}
