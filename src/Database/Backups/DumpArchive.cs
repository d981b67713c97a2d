using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;

namespace RlsChat.Database;

// A dump in pg_dump's custom format, read with pg_restore.
internal sealed class DumpArchive(ClientTools tools, string file)
{
    /// <summary>One line of the table of contents, for example <c>3; 2615 16385 SCHEMA - auth rlschat_owner</c>.</summary>
    public sealed record Entry(string Line)
    {
        // "dumpId; tableoid oid kind…"
        private string Kind => string.Join(' ', Line.Split(' ').Skip(3));

        public bool IsSchema => Kind.StartsWith("SCHEMA - ", StringComparison.Ordinal);

        // These are SET SESSION AUTHORIZATION of a role that only a superuser can take on.
        public bool IsGrantOnPublic => Kind.StartsWith("ACL - SCHEMA public ", StringComparison.Ordinal);
    }

    /// <summary>Its table of contents, in the order in which it is restored.</summary>
    public async Task<List<Entry>> Entries()
    {
        var answer = await Tool.Run([Path.Combine(tools.Folder, "pg_restore"), "--list", file]);
        return answer.Succeeded
            ? [.. answer.Output.Split('\n').Where(line => line.Length > 0 && line[0] != ';').Select(line => new Entry(line))]
            : throw new SetupException($"The dump cannot be read: {answer.Output}");
    }

    /// <summary>Writes these entries as SQL; a section is pre-data, data, post-data or null for all.</summary>
    public async Task WriteSql(Stream output, IEnumerable<Entry> entries, string? section = null)
    {
        var list = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(list, entries.Select(entry => entry.Line));
            string[] sections = section is null ? [] : [$"--section={section}"];
            using var process = tools.Start("pg_restore", ["-f", "-", "--role=rlschat_owner", $"--use-list={list}", .. sections, file]);
            await Copy(process, stream => stream.CopyToAsync(output));
        }
        finally
        {
            File.Delete(list);
        }
    }

    /// <summary>
    /// How many rows it holds of each table: the lines between <c>COPY … FROM stdin;</c> and <c>\.</c>
    /// (a line break inside a value is written as <c>\n</c>).
    /// </summary>
    public async Task<Dictionary<string, long>> Rows()
    {
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        string? table = null;
        using var process = tools.Start("pg_restore", ["-f", "-", "--data-only", file]);
        await Copy(process, async stream =>
        {
            var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16));
            for (ReadResult read; !(read = await reader.ReadAsync()).IsCompleted || !read.Buffer.IsEmpty;)
            {
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    table = Take(rest.Slice(0, end), table, rows);
                    rest = rest.Slice(rest.GetPosition(1, end));
                }

                reader.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        });
        return table is null ? rows : throw new SetupException($"The dump ends in the middle of {table}.");
    }

    // Returns the table whose rows follow.
    private static string? Take(ReadOnlySequence<byte> line, string? table, Dictionary<string, long> rows)
    {
        if (table is not null)
        {
            if (line.Length == 2 && line.ToArray() is [(byte)'\\', (byte)'.'])
            {
                return null;
            }

            rows[table]++;
            return table;
        }

        if (line.FirstSpan.IsEmpty || line.FirstSpan[0] != 'C')
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(line);
        if (!text.StartsWith("COPY ", StringComparison.Ordinal) || !text.EndsWith(" FROM stdin;", StringComparison.Ordinal))
        {
            return null;
        }

        // A table without columns has no list of them.
        var name = text[5..^12];
        name = name.EndsWith(')') && name.IndexOf(" (", StringComparison.Ordinal) is > 0 and var columns ? name[..columns] : name;
        rows.Add(name, 0);
        return name;
    }

    private static async Task Copy(Process process, Func<Stream, Task> read)
    {
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await read(process.StandardOutput.BaseStream);
        }
        catch
        {
            process.Kill();
            throw;
        }

        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new SetupException($"The dump cannot be read: {(await errors).Trim()}");
        }
    }
}
