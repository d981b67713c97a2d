namespace RlsChat.Database.Commands;

// make db-grant-operator EMAIL=…
internal static class GrantOperator
{
    public static async Task<int> Run(Arguments arguments)
    {
        var email = arguments.Word("whom: make db-grant-operator EMAIL=ana@example.org");
        arguments.End();
        await using var target = await Target.Open();
        await using var connection = await target.Connect();
        await connection.Execute("set role rlschat_owner");
        if (await connection.Scalar<Guid>("select app_private.grant_operator($1)", email) == Guid.Empty)
        {
            throw new SetupException($"Nobody has the address {email}: the person must sign up first (POST /auth/register).");
        }

        Console.WriteLine($"{email} is now an operator: may view monitoring and grant credits, but sees no rows of other people.");
        return 0;
    }
}
