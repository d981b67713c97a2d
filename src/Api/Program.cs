using RlsChat.Api;
using RlsChat.Database;

try
{
    await using var app = ApiHost.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception refusal)
{
    await Console.Error.WriteLineAsync($"rlschat-api: {Failure.Say(refusal)}");
    return 1;
}
