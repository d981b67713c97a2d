using RlsChat.Database.Porting;

namespace RlsChat.Database.Commands;

// make db-portable: a script for psql; `make db-apply-functions` brings the shipped policies back.
internal static class PrintPortable
{
    public static async Task<int> Run(Arguments arguments)
    {
        arguments.End();
        await using var target = await Target.Open();
        await using var connection = await target.Connect();
        await using var transaction = await connection.BeginTransactionAsync();
        var script = await PortablePolicies.Script(connection);
        foreach (var statement in script.Count == 0 ? script : ["begin", "set local role rlschat_owner", .. script, "commit"])
        {
            Console.WriteLine($"{statement};{Environment.NewLine}");
        }

        return 0;
    }
}
