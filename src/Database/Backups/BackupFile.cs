using System.Formats.Tar;
using System.Text;

namespace RlsChat.Database;

// A backup is a tar of two files: manifest.json, and database.dump in pg_dump's custom format.
internal static class BackupFile
{
    private const string ManifestName = "manifest.json";
    private const string DumpName = "database.dump";

    /// <summary>Writes the file, readable by its owner only, and renames it when it is complete.</summary>
    public static async Task Write(string file, Manifest manifest, string dump)
    {
        var unfinished = $"{file}.unfinished";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var stream = new FileStream(unfinished, options))
        {
            await using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
            {
                using var text = new MemoryStream(Encoding.UTF8.GetBytes(manifest.Write()));
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, ManifestName) { DataStream = text });
                await tar.WriteEntryAsync(dump, DumpName);
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, file);
    }

    /// <summary>Reads the manifest, and extracts the dump into a file.</summary>
    public static async Task<Manifest> Read(string file, string dump)
    {
        Manifest? manifest = null;
        var hasDump = false;
        try
        {
            await using var stream = File.OpenRead(file);
            await using var tar = new TarReader(stream);
            while (await tar.GetNextEntryAsync() is { } entry)
            {
                if (entry is { Name: ManifestName, DataStream: { } text })
                {
                    using var reader = new StreamReader(text);
                    manifest = Manifest.Read(await reader.ReadToEndAsync());
                }
                else if (entry is { Name: DumpName, DataStream: { } data })
                {
                    await using var copy = File.Create(dump);
                    await data.CopyToAsync(copy);
                    hasDump = true;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SetupException($"{file} cannot be read: {e.Message}", e);
        }

        return manifest is not null && hasDump
            ? manifest
            : throw new SetupException($"{file} is not a backup of this program: it lacks {(manifest is null ? ManifestName : DumpName)}.");
    }
}
