using RlsChat.Api;
using RlsChat.Database;

try
{
    await using var app = ApiHost.Build(args);
    await app.RunAsync();
    return 0;
}
catch (SetupException refusal)
{
    await Console.Error.WriteLineAsync($"rlschat-api: {refusal.Message}");
    return 1;
}
