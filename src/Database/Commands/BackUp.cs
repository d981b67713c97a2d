namespace RlsChat.Database.Commands;

// make db-backup [FILE=…]
internal static class BackUp
{
    public static async Task<int> Run(Arguments arguments)
    {
        var file = arguments.Option("--file") ?? Path.Combine(Target.Folder, "backups", $"rlschat-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}.tar");
        arguments.End();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await using var target = await Target.Open();
        var (tables, rows) = await Backup.Take(target.Owner, file);
        Console.WriteLine($"Backed up {rows} rows of {tables} tables: {target.Name}.");
        Console.WriteLine(file);
        return 0;
    }
}
