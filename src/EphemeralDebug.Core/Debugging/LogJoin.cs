namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// Finds where a container's log and its live streams meet, so that what was written before the attach is shown once, and nothing
/// twice. Pure: log and live bytes in, a step out.
/// </summary>
/// <remarks>
/// The log has no offsets and the stream no times, so the text itself must tell. The log holds whole lines of both streams mixed, later than
/// they were written and without the carriage returns of a terminal; the live streams begin anywhere. A place fits where the
/// log's lines from there on are the live lines, mixed in any way. Where one place fits, the join is right. Where several do (a
/// program that repeats itself), the one counts at which log and stream have come equally far, which is right once both have brought
/// the same; where input brings the text forth, the beginning does, if it fits. What cannot be known: the beginning of an unfinished line that was written before the attach stands in no log yet, and
/// which of two streams a line of the log came from.
/// </remarks>
internal static class LogJoin
{
    // So many lines are looked at on either side: how far a stream may lag behind the log, or the log behind it.
    private const int Slack = 4096;

    /// <summary>The next step.</summary>
    /// <param name="log">The log from its beginning, as far as it is written.</param>
    /// <param name="live">What the streams have brought.</param>
    /// <param name="shown">How much of the log has been shown.</param>
    /// <param name="last">Whether there is no time for another look.</param>
    /// <param name="input">Whether input is being sent: then it is likelier that nothing was written before it than that log and stream are even.</param>
    internal static JoinStep Next(ReadOnlyMemory<byte> log, LiveHead live, int shown, bool last, bool input = false)
    {
        Line[] lines = Line.Split(log, unfinished: live.Ended);
        Line[] output = Line.Split(live.Output, unfinished: live.Ended), error = Line.Split(live.Error, unfinished: live.Ended);
        int all = Math.Max(shown, lines.Length == 0 ? 0 : lines[^1].End);
        if (output.Length + error.Length == 0)
        {
            if (live.Ended || !live.HasBytes) return new JoinStep(all, Done: last);
            // The beginning of a line that the log has whole: the rest of it is on its way.
            return !last && MayContinue(lines, shown, live) ? new JoinStep(shown, Done: false) : new JoinStep(all, Done: true);
        }

        Fit? fit = Find(lines, output, error, shown, input);
        if (fit is null) return last ? new JoinStep(all, Done: true) : new JoinStep(shown, Done: false);
        return fit.Value.Start >= shown
            ? new JoinStep(fit.Value.Start, Done: true, IsDoubtful: fit.Value.IsBare || fit.Value.IsBehind)
            : new JoinStep(shown, Done: true, fit.Value.OutputSeen, fit.Value.ErrorSeen, IsDoubtful: true);
    }

    private static bool MayContinue(Line[] lines, int shown, LiveHead live)
    {
        foreach (Line line in lines)
        {
            if (line.Start < shown) continue;
            if (Begins(line, live.Output.Span) || Begins(line, live.Error.Span)) return true;
        }

        return false;
    }

    private static bool Begins(Line line, ReadOnlySpan<byte> beginning) => !beginning.IsEmpty && line.Text.Span.StartsWith(beginning.TrimEnd((byte)'\r'));

    private static Fit? Find(Line[] log, Line[] output, Line[] error, int shown, bool input)
    {
        if (input && At(0) is { } beginning) return beginning;
        // From the place outwards at which the log ends where the live lines do.
        int even = log.Length - output.Length - error.Length;
        int farthest = Math.Max(Math.Abs(even), Math.Abs(log.Length - 1 - even));
        for (int away = 0; away <= Math.Min(farthest, Slack); away++)
        {
            if (At(even + away) is { } later) return later;
            if (away > 0 && At(even - away) is { } earlier) return earlier;
        }

        return null;

        // A whole first line is likelier than the rest of one.
        Fit? At(int place) => Follow(log, place, output, error, shown, static (whole, text) => whole.SequenceEqual(text) ? 0 : -1)
            ?? Follow(log, place, output, error, shown, static (whole, text) => whole.EndsWith(text) ? whole.Length - text.Length : -1);
    }

    // Takes the log's lines from one place on off the two streams in every way that they may have been mixed.
    private static Fit? Follow(Line[] log, int at, Line[] output, Line[] error, int shown, FirstLine first)
    {
        if (at < 0 || at >= log.Length) return null;
        Dictionary<(int Output, int Error), Fit> ways = new() { [(0, 0)] = new Fit(log[at].Start, 0, 0) };
        for (int i = at; i < log.Length; i++)
        {
            Dictionary<(int Output, int Error), Fit> next = [];
            foreach (((int o, int e), Fit fit) in ways)
            {
                bool before = log[i].Start < shown;
                if (o < output.Length && Same(log[i], output[o], o == 0, first) is >= 0 and int cut)
                    next.TryAdd((o + 1, e), Shifted(fit, i == at, cut, before ? o + 1 : fit.OutputSeen, fit.ErrorSeen, cut > 0 && cut == log[i].Text.Length));
                if (e < error.Length && Same(log[i], error[e], e == 0, first) is >= 0 and int cutError)
                    next.TryAdd((o, e + 1), Shifted(fit, i == at, cutError, fit.OutputSeen, before ? e + 1 : fit.ErrorSeen, cutError > 0 && cutError == log[i].Text.Length));
                // A stream that has brought all it has may lag behind the log.
                if ((o == output.Length && output.Length > 0) || (e == error.Length && error.Length > 0)) next.TryAdd((o, e), fit);
            }

            if (next.Count == 0) return null;
            ways = next;
        }

        // Both must have met: a stream of which the log has nothing yet may begin before it.
        foreach (((int o, int e), Fit fit) in ways.OrderByDescending(way => way.Key.Output + way.Key.Error))
        {
            if ((output.Length == 0 || o > 0) && (error.Length == 0 || e > 0)) return fit with { IsBehind = o < output.Length || e < error.Length };
        }

        return null;
    }

    private static Fit Shifted(Fit fit, bool isFirst, int cut, int outputSeen, int errorSeen, bool isBare) =>
        fit with { Start = isFirst ? fit.Start + cut : fit.Start, OutputSeen = outputSeen, ErrorSeen = errorSeen, IsBare = isBare || fit.IsBare };

    private static int Same(Line whole, Line live, bool isFirst, FirstLine first) =>
        isFirst ? first(whole.Text.Span, live.Text.Span) : whole.Text.Span.SequenceEqual(live.Text.Span) ? 0 : -1;

    // How many bytes of the log's line come before the live one; -1 where they are not the same line.
    private delegate int FirstLine(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> live);

    // IsBare: of its first line only the end came live, which fits every line. IsBehind: the log does not have all live lines yet.
    private readonly record struct Fit(int Start, int OutputSeen, int ErrorSeen, bool IsBare = false, bool IsBehind = false);

    // A line without its end, and where it stands.
    private readonly record struct Line(int Start, int End, ReadOnlyMemory<byte> Text)
    {
        internal static Line[] Split(ReadOnlyMemory<byte> bytes, bool unfinished)
        {
            List<Line> lines = [];
            int start = 0;
            while (bytes.Span[start..].IndexOf((byte)'\n') is >= 0 and int length)
            {
                lines.Add(new Line(start, start + length + 1, Trim(bytes.Slice(start, length))));
                start += length + 1;
            }

            if (unfinished && start < bytes.Length) lines.Add(new Line(start, bytes.Length, Trim(bytes[start..])));
            return [.. lines];
        }

        private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line) => line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
