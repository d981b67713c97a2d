namespace RlsChat.Database.Commands;

// make db-purge
internal static class Purge
{
    public static async Task<int> Run(Arguments arguments)
    {
        arguments.End();
        await using var target = await Target.Open();
        await using var connection = await target.Connect();
        await connection.Execute("set role rlschat_owner");
        await using var command = connection.Command("select purged, deleted from auth.purge()");
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync();
        if (!reader.HasRows)
        {
            Console.WriteLine($"Another purge is running: {target.Name}.");
        }

        while (await reader.ReadAsync())
        {
            Console.WriteLine($"{reader.GetString(0),-20} {reader.GetInt64(1),8}");
        }

        return 0;
    }
}
