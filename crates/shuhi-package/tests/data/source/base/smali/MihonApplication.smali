.class public Ljp/example/mihon/MihonApplication;
.super Landroid/app/Application;
.source "MihonApplication.java"
.method public onCreate()V
    .registers 2
    const-string v0, "絵文字 😀 と \u0000 零"
    return-void
.end method
