.class public La/c;
.super Ljava/lang/Object;
